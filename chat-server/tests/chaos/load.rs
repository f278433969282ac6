//! Who says what: numbered messages, edits, reactions and deletions, for as long as the run lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::fleet::Order;
use crate::run::Arena;

/// The room that everybody is in, and the others.
pub const LOBBY: &str = "lobby";
pub const ROOMS: [&str; 4] = ["north", "east", "south", "west"];

/// Numbers of what is said, so that each text is said once.
#[derive(Default)]
pub struct Numbers(AtomicU64);

impl Numbers {
    /// A text that nobody has said yet.
    pub fn text(&self, prefix: &str, who: &str) -> String {
        format!("{prefix}-{:07} {who}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// The room of a fast client besides the lobby.
pub fn room_of(client: usize) -> &'static str {
    ROOMS[client % ROOMS.len()]
}

/// The fast clients' part, at so many things a second.
pub fn drive(arena: &Arc<Arena>, rate: u32, seed: u64) {
    let mut dice = Dice(seed);
    let began = Instant::now();
    let mut done = 0_u64;
    while !arena.is_ending() {
        let due = (began.elapsed().as_secs_f64() * f64::from(rate)) as u64;
        while done < due {
            one(arena, &mut dice);
            done += 1;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn one(arena: &Arena, dice: &mut Dice) {
    let client = dice.pick(arena.clients());
    let room = if dice.below(8) == 0 { LOBBY } else { room_of(client) };
    match dice.below(100) {
        0..80 => say(arena, client, room),
        80..88 => {
            let text = format!("/edit {}", arena.numbers.text("e", &crate::fleet::name(client)));
            arena.order(client, Order::Type { room: room.to_owned(), text });
        }
        88..92 => arena.order(client, Order::Delete { room: room.to_owned() }),
        _ => {
            let emoji = ["👍", "🎉", "❤️"][dice.pick(3)];
            arena.order(client, Order::Type { room: room.to_owned(), text: format!("/react {emoji}") });
        }
    }
}

/// A fast client says something.
pub fn say(arena: &Arena, client: usize, room: &str) {
    let text = arena.numbers.text("t", &crate::fleet::name(client));
    arena.ledger.lock().unwrap().offer(&text);
    arena.order(client, Order::Type { room: room.to_owned(), text });
}

/// Somebody at a terminal says something every now and then.
pub fn sit(arena: &Arc<Arena>, seat: usize) {
    while !arena.is_ending() {
        let seat = &arena.seats[seat];
        let text = arena.numbers.text("t", &seat.name);
        arena.ledger.lock().unwrap().offer(&text);
        if seat.say(&text) {
            let room = arena.room_id(&seat.room);
            arena.ledger.lock().unwrap().show(&seat.name, &room, &text);
        }
        std::thread::sleep(Duration::from_millis(700));
    }
}

/// Somebody at a page does.
pub fn browse(arena: &Arc<Arena>, tab: usize) {
    while !arena.is_ending() {
        let tab = &arena.tabs[tab];
        let text = arena.numbers.text("t", tab.name);
        arena.ledger.lock().unwrap().offer(&text);
        if tab.say(&text) {
            let room = arena.room_id(&tab.room);
            arena.ledger.lock().unwrap().show(tab.name, &room, &text);
        }
        std::thread::sleep(Duration::from_millis(900));
    }
}
