//! What the programs told and what all screens show, held against the server's export.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use chat_proto::entry::Entry;
use chat_proto::fold::{Line, Timeline};
use chat_proto::id::{RoomId, UserId};
use chat_proto::place::Seq;

use crate::audit::{Damage, Fate, Kind, judge};
use crate::crew::Crew;
use crate::dice::Dice;
use crate::fleet::{Order, Word, digest, name};
use crate::host::Exported;
use crate::load::{LOBBY, room_of};
use crate::run::{Arena, DRAIN};
use crate::screens::within;

mod screens;

/// Places that each client jumps to.
const VISITS: usize = 100;
/// How long a fast client may take to scroll through all of a room.
const SCROLL: Duration = Duration::from_secs(300);

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
                let (wrong, views, visits) = judge_crew(crew, rooms, seed);
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

/// Each client of a process jumps to a hundred places, then scrolls through its rooms.
fn judge_crew(crew: &Crew, rooms: &[Exported], seed: u64) -> (Vec<Damage>, usize, usize) {
    let (mut damage, mut views, mut visits) = (Vec::new(), 0, 0);
    let status = crew.ask_status(Duration::from_secs(30));
    let mut dice = Dice(seed ^ 0x44);
    for client in crew.clients() {
        let Some(Word::Status { me: Some(me), .. }) = status.get(&client) else {
            damage.push(wrong_view(&name(client), "any room", "says nothing".to_owned()));
            continue;
        };
        for room in rooms.iter().filter(|room| [LOBBY, room_of(client)].contains(&room.room.name.as_str())) {
            let expected: BTreeMap<Seq, u64> = room.log.fold(me).lines().map(|line: &Line| (line.seq, digest(line))).collect();
            let standing: Vec<Seq> = expected.keys().copied().collect();
            if room.room.name.as_str() != LOBBY {
                let seqs: Vec<Seq> = (0..VISITS).map(|_| standing[dice.pick(standing.len())]).collect();
                crew.order(client, Order::Visit { room: room.log.room.clone(), seqs: seqs.clone() });
                for seq in seqs {
                    let key = (client, room.log.room.clone(), seq);
                    if !within(DRAIN, || crew.heard.lock().unwrap().visited.contains_key(&key)) {
                        // The others would not be heard of either, each after as long a wait.
                        damage.push(wrong_view(&name(client), room.room.name.as_str(), format!("never comes to {seq}")));
                        break;
                    }
                    let seen = crew.heard.lock().unwrap().visited.get(&key).copied().flatten();
                    visits += 1;
                    if seen != expected.get(&seq).copied() {
                        damage.push(wrong_view(&name(client), room.room.name.as_str(), format!("at {seq} is {seen:?}")));
                    }
                }
            }
            crew.order(client, Order::ShowAll { room: room.log.room.clone() });
            let key = (client, room.log.room.clone());
            within(SCROLL, || crew.heard.lock().unwrap().shown.contains_key(&key));
            let shown = crew.heard.lock().unwrap().shown.remove(&key);
            views += 1;
            match shown {
                None => damage.push(wrong_view(&name(client), room.room.name.as_str(), "does not come to the beginning".to_owned())),
                Some((to, lines)) => {
                    let head = room.log.entries.len() as Seq;
                    let lines: BTreeMap<Seq, u64> = lines.into_iter().collect();
                    if to != head || lines != expected {
                        let at = standing.iter().find(|seq| lines.get(seq) != expected.get(seq)).copied();
                        let told = at.and_then(|seq| crew.ask_line(client, &room.log.room, seq));
                        let line = at.and_then(|seq| room.log.fold(me).line(seq).cloned());
                        let points = |entry: &&Entry| entry.body.target().is_some_and(|target| Some(target.seq) == at);
                        let amendments: Vec<&Entry> = room.log.entries.iter().filter(points).collect();
                        let what = format!(
                            "shows {} lines to {to} of {} to {head}; at {at:?} stands {line:?}, it shows {told:?}; amended by {amendments:?}",
                            lines.len(),
                            expected.len()
                        );
                        damage.push(wrong_view(&name(client), room.room.name.as_str(), what));
                    }
                }
            }
        }
    }
    (damage, views, visits)
}
