//! What happens to the clients.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{chosen, seconds, work_through};
use crate::dice::Dice;
use crate::fleet::Order;
use crate::load::{room_of, say};
use crate::run::Arena;
use crate::screens::within;

#[derive(Clone, Copy, Debug)]
enum Fault {
    KillFleet,
    FreezeFleet,
    KillTerminal,
    CrashPage,
    ReloadPage,
    SetClock,
    Deaf,
    Away,
}

const ALL: [Fault; 8] = [
    Fault::KillFleet,
    Fault::FreezeFleet,
    Fault::KillTerminal,
    Fault::CrashPage,
    Fault::ReloadPage,
    Fault::SetClock,
    Fault::Deaf,
    Fault::Away,
];

pub fn work(arena: &Arc<Arena>, away: usize, seed: u64, until: Instant) {
    let mut dice = Dice(seed ^ 0x33);
    let mut was_away = false;
    work_through(arena, &chosen(&ALL, &arena.only), &mut dice, until, Duration::from_secs(2), |fault, dice| {
        let crew = &arena.crews[dice.pick(arena.crews.len())];
        // Not held by who waits for the server: its hand may wait for the processes.
        let care = || crew.care.lock().unwrap();
        match fault {
            Fault::KillFleet => {
                let _care = care();
                arena.count("fast clients killed");
                crew.kill();
                std::thread::sleep(Duration::from_millis(dice.below(4_000)));
                crew.start_again();
            }
            Fault::FreezeFleet => {
                let _care = care();
                arena.count("fast clients stopped and continued");
                crew.freeze(true);
                seconds(4);
                crew.freeze(false);
            }
            Fault::KillTerminal => {
                arena.count("terminal killed");
                let seat = &arena.seats[dice.pick(arena.seats.len())];
                seat.kill();
                std::thread::sleep(Duration::from_millis(dice.below(2_000)));
                seat.start_again();
            }
            Fault::CrashPage => {
                let _server = arena.host_care.read().unwrap();
                let began = Instant::now();
                arena.count("page crashed");
                let tab = &arena.tabs[dice.pick(arena.tabs.len())];
                let parts = tab.crash();
                println!("chaos: {} was there again after {:.1} s {parts:?}", tab.name, began.elapsed().as_secs_f64());
            }
            Fault::ReloadPage => {
                let _server = arena.host_care.read().unwrap();
                let began = Instant::now();
                arena.count("page loaded again");
                let tab = &arena.tabs[dice.pick(arena.tabs.len())];
                tab.reload();
                println!("chaos: {} was there again after {:.1} s", tab.name, began.elapsed().as_secs_f64());
            }
            Fault::SetClock => {
                arena.count("clock set");
                let hours = [-24, -1, 1, 24][dice.pick(4)];
                for client in crew.clients() {
                    crew.order(client, Order::SetClock { by: hours * 3_600_000 });
                }
            }
            Fault::Deaf => {
                arena.count("reader that reads nothing");
                let address = arena.host.address;
                std::thread::spawn(move || listen_to_nothing(address));
            }
            // Often enough, and not all the time.
            Fault::Away if was_away && dice.below(4) > 0 => {}
            Fault::Away => {
                let _care = care();
                was_away = true;
                many_messages_while_away(arena, away, crew);
            }
        }
    });
}

fn many_messages_while_away(arena: &Arc<Arena>, many: usize, crew: &crate::crew::Crew) {
    arena.count("messages while clients were away");
    crew.kill();
    let before = arena.ledger.lock().unwrap().count(|fate| matches!(fate, crate::audit::Fate::Stored(_)));
    let others: Vec<usize> = (0..arena.clients()).filter(|client| !crew.clients().contains(client)).collect();
    for round in 0..many.div_ceil(others.len()) {
        for client in &others {
            say(arena, *client, room_of(*client));
        }
        // In pieces, as fast as they go.
        if round % 20 == 19 {
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    let stored = || arena.ledger.lock().unwrap().count(|fate| matches!(fate, crate::audit::Fate::Stored(_)));
    within(Duration::from_secs(90), || stored() >= before + many);
    println!("chaos: {} messages were stored while {:?} were away", stored().saturating_sub(before), crew.clients());
    crew.start_again();
}

/// Connects as a client would, and never reads again.
fn listen_to_nothing(address: std::net::SocketAddr) {
    let Ok(mut stream) = TcpStream::connect(address) else { return };
    let handshake = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    // One masked text frame with a mask of zeros: `40/v1,` and who it is.
    let packet = br#"40/v1,{"guest":"deaf"}"#;
    let mut frame = vec![0x81, 0x80 | packet.len() as u8, 0, 0, 0, 0];
    frame.extend_from_slice(packet);
    let mut answer = [0; 512];
    if stream.write_all(handshake.as_bytes()).is_ok() && stream.read(&mut answer).is_ok() && stream.write_all(&frame).is_ok() {
        std::thread::sleep(Duration::from_secs(25));
    }
}
