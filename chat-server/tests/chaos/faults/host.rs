//! What happens to the server.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_proto::entry::Body;
use chat_proto::id::ClientId;

use super::{chosen, seconds, work_through};
use crate::crew::CREW;
use crate::dice::Dice;
use crate::fleet::Order;
use crate::load::{room_of, say};
use crate::run::Arena;

#[derive(Clone, Copy, Debug)]
enum Fault {
    Kill,
    Freeze,
    KillInCommit,
    FullDisk,
    Restart,
    CopyBack,
}

const ALL: [Fault; 6] = [Fault::Kill, Fault::Freeze, Fault::KillInCommit, Fault::FullDisk, Fault::Restart, Fault::CopyBack];

pub fn work(arena: &Arc<Arena>, seed: u64, until: Instant) {
    let mut dice = Dice(seed ^ 0x22);
    work_through(arena, &chosen(&ALL, &arena.only), &mut dice, until, Duration::from_secs(4), |fault, dice| {
        let _care = arena.host_care.write().unwrap();
        match fault {
            Fault::Kill => {
                arena.count("server killed");
                arena.host.kill();
                std::thread::sleep(Duration::from_millis(200 + dice.below(1_500)));
                arena.host.start_again();
            }
            Fault::Freeze => {
                arena.count("server stopped and continued");
                arena.host.freeze(true);
                seconds(3);
                arena.host.freeze(false);
            }
            Fault::KillInCommit => {
                arena.count("server killed in a group commit");
                for client in 0..arena.clients() {
                    for _ in 0..4 {
                        say(arena, client, room_of(client));
                    }
                }
                std::thread::sleep(Duration::from_millis(dice.below(60)));
                arena.host.kill();
                arena.host.start_again();
            }
            Fault::FullDisk => {
                arena.count("disk full");
                arena.host.fill_disk(true);
                seconds(3);
                arena.host.fill_disk(false);
            }
            Fault::Restart => {
                arena.count("server restarted in good order");
                arena.host.stop();
                arena.host.start_again();
            }
            Fault::CopyBack => copy_back(arena, dice),
        }
    });
}

/// A backup is made; time passes; some clients, with deletions of what came after the backup on their
/// way, are away; the backup is copied back; others overtake the old head; the clients return.
fn copy_back(arena: &Arc<Arena>, dice: &mut Dice) {
    arena.count("backup copied back");
    let backup = arena.dir.join("backup");
    arena.host.stop();
    arena.host.back_up(&backup);
    arena.host.start_again();
    seconds(5);
    let away = &arena.crews[dice.pick(arena.crews.len())];
    let _care = away.care.lock().unwrap();
    away.proxy.set(crate::proxy::Weather { stalls_up: true, ..Default::default() });
    for client in away.clients() {
        arena.order(client, Order::Delete { room: room_of(client).to_owned() });
    }
    seconds(1);
    away.kill();
    away.proxy.set(crate::proxy::Weather::default());
    arena.host.kill();
    let before = arena.host.export();
    arena.host.restore(&backup);
    let mut undone: BTreeSet<ClientId> = BTreeSet::new();
    let mut texts = Vec::new();
    for (before, after) in before.iter().zip(arena.host.export()) {
        assert_eq!(before.log.room, after.log.room);
        for entry in &before.log.entries[after.log.entries.len()..] {
            undone.insert(entry.client_id.clone());
            if let Body::Message(message) = &entry.body {
                texts.push(message.content.text.clone());
            }
        }
    }
    println!("chaos: a backup is copied back: {} entries are gone", undone.len());
    let mut ledger = arena.ledger.lock().unwrap();
    ledger.undo(&undone);
    ledger.undo_texts(texts);
    drop(ledger);
    arena.host.start_again();
    // Everybody else overtakes the old heads.
    let longest = undone.len() / arena.clients() + 2;
    for client in (0..arena.clients()).filter(|client| !away.clients().contains(client)) {
        for _ in 0..longest * 2 * arena.crews.len() / (arena.crews.len() - 1).max(1) / CREW + 4 {
            say(arena, client, room_of(client));
        }
    }
    seconds(3);
    away.start_again();
}
