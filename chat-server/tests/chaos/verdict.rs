//! What the programs told and what all screens show, held against the server's export.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use chat_proto::fold::Timeline;
use chat_proto::id::{RoomId, UserId};

use crate::audit::{Damage, Fate, Kind, judge};
use crate::dice::Dice;
use crate::fleet::Word;
use crate::load::LOBBY;
use crate::run::{Arena, DRAIN};

mod crews;
mod screens;

/// Places that each client jumps to.
const VISITS: usize = 100;

/// What was judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged {
    pub entries: usize,
    pub kept: usize,
    pub acknowledged: usize,
    pub refused: usize,
    /// Rooms that a client, a terminal or a page showed from end to beginning.
    pub views: usize,
    pub visits: usize,
}

pub fn not_drained(arena: &Arena, crews: Result<(), String>) -> Damage {
    let seats = arena.seats.iter().filter(|seat| !seat.is_at_rest()).map(|seat| format!("{}:\n{}", seat.name, seat.text()));
    let tabs = arena
        .tabs
        .iter()
        .filter(|tab| !tab.is_at_rest())
        .map(|tab| format!("{}: {}, {:?}, of {}", tab.name, tab.state(), tab.waiting(), tab.kept()));
    let all: Vec<String> = crews.err().into_iter().chain(seats).chain(tabs).collect();
    Damage { kind: Kind::NotDrained, what: format!("not drained after {} s: {}", DRAIN.as_secs(), all.join("\n")) }
}

/// Judges everything.
pub fn judge_all(arena: &Arena, seed: u64, damage: &mut Vec<Damage>) -> Judged {
    let rooms = arena.host.export();
    let logs: Vec<_> = rooms.iter().map(|room| room.log.clone()).collect();
    for crew in &arena.crews {
        for word in crew.ask_status(Duration::from_secs(30)).values() {
            if let Word::Status { set_aside, .. } = word {
                arena.ledger.lock().unwrap().undo(set_aside);
            }
        }
    }
    let unsent = arena.seats.iter().flat_map(|seat| seat.unsent()).chain(arena.tabs.iter().flat_map(|tab| tab.unsent()));
    let unsent: Vec<String> = unsent.collect();
    if !unsent.is_empty() {
        println!("chaos: screens say that these were not sent, since they cut the line: {unsent:?}");
    }
    arena.ledger.lock().unwrap().undo_texts(unsent);
    let ledger = arena.ledger.lock().unwrap();
    damage.extend(judge(&ledger, &logs));
    let mut judged = Judged {
        entries: logs.iter().map(|log| log.entries.len()).sum(),
        kept: ledger.len(),
        acknowledged: ledger.count(|fate| matches!(fate, Fate::Stored(_))),
        refused: ledger.count(|fate| *fate == Fate::Refused),
        ..Judged::default()
    };
    drop(ledger);
    println!("chaos: {} entries stand; now all screens are read", judged.entries);
    let folds: BTreeMap<RoomId, Timeline> =
        rooms.iter().map(|room| (room.log.room.clone(), room.log.fold(&UserId::parse("nobody").unwrap()))).collect();
    let (found, counts) = (Mutex::new(Vec::new()), Mutex::new((0, 0)));
    std::thread::scope(|scope| {
        let (found, counts, rooms, folds) = (&found, &counts, &rooms, &folds);
        arena.start(scope, "fast clients", move || {
            for crew in &arena.crews {
                let (wrong, views, visits) = crews::judge_crew(crew, rooms, seed);
                found.lock().unwrap().extend(wrong);
                let mut counts = counts.lock().unwrap();
                *counts = (counts.0 + views, counts.1 + visits);
                // What it holds by now is the whole of two rooms for each of its clients.
                crew.kill();
            }
        });
        let tell = move |wrong: Vec<Damage>| {
            let mut counts = counts.lock().unwrap();
            *counts = (counts.0 + screens::ROOMS, counts.1 + VISITS);
            found.lock().unwrap().extend(wrong);
        };
        let rooms_of = move |room: &str| [room, LOBBY].map(|name| (name.to_owned(), &folds[&arena.room_id(name)]));
        for (number, seat) in (0..).zip(&arena.seats) {
            arena.start(scope, &seat.name, move || tell(screens::judge_seat(seat, &rooms_of(&seat.room), VISITS, Dice(seed ^ number))));
        }
        for (number, tab) in (0..).zip(&arena.tabs) {
            arena.start(scope, tab.name, move || tell(screens::judge_tab(tab, &rooms_of(&tab.room), VISITS, Dice(seed ^ !number))));
        }
    });
    damage.extend(found.into_inner().unwrap());
    (judged.views, judged.visits) = counts.into_inner().unwrap();
    judged
}

fn wrong_view(who: &str, room: &str, what: String) -> Damage {
    Damage { kind: Kind::WrongView, what: format!("{who} in {room}: {what}") }
}
