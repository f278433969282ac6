//! What fast clients show, held against the folds of the rooms: the places that they jump to, and all of a room.

use std::collections::BTreeMap;
use std::time::Duration;

use chat_proto::entry::Entry;
use chat_proto::fold::Line;
use chat_proto::id::UserId;
use chat_proto::place::Seq;

use super::{VISITS, wrong_view};
use crate::audit::Damage;
use crate::crew::Crew;
use crate::dice::Dice;
use crate::fleet::{Order, Word, digest, name};
use crate::host::Exported;
use crate::load::{LOBBY, room_of};
use crate::run::DRAIN;
use crate::screens::within;

/// How long a fast client may take to scroll through all of a room.
const SCROLL: Duration = Duration::from_secs(300);

/// Each client of a process jumps to its places, then scrolls through its rooms. What is wrong, and how many rooms were
/// shown and places jumped to.
pub fn judge_crew(crew: &Crew, rooms: &[Exported], seed: u64) -> (Vec<Damage>, usize, usize) {
    let (mut damage, mut views, mut visits) = (Vec::new(), 0, 0);
    let status = crew.ask_status(Duration::from_secs(30));
    let mut dice = Dice(seed ^ 0x44);
    for client in crew.clients() {
        let Some(Word::Status { me: Some(me), .. }) = status.get(&client) else {
            damage.push(wrong_view(&name(client), "any room", "says nothing".to_owned()));
            continue;
        };
        for room in rooms.iter().filter(|room| [LOBBY, room_of(client)].contains(&room.room.name.as_str())) {
            let view = View::new(crew, client, me, room);
            if room.room.name.as_str() != LOBBY {
                visits += view.visit(&mut dice, &mut damage);
            }
            views += 1;
            damage.extend(view.show_all().map(|what| view.wrong(what)));
        }
    }
    (damage, views, visits)
}

/// What a client must show of a room.
struct View<'a> {
    crew: &'a Crew,
    client: usize,
    me: &'a UserId,
    room: &'a Exported,
    expected: BTreeMap<Seq, u64>,
}

impl<'a> View<'a> {
    fn new(crew: &'a Crew, client: usize, me: &'a UserId, room: &'a Exported) -> Self {
        let expected = room.log.fold(me).lines().map(|line: &Line| (line.seq, digest(line))).collect();
        Self { crew, client, me, room, expected }
    }

    fn wrong(&self, what: String) -> Damage {
        wrong_view(&name(self.client), self.room.room.name.as_str(), what)
    }

    /// It jumps to places; tells how many it came to.
    fn visit(&self, dice: &mut Dice, damage: &mut Vec<Damage>) -> usize {
        let standing: Vec<Seq> = self.expected.keys().copied().collect();
        let seqs: Vec<Seq> = (0..VISITS).map(|_| standing[dice.pick(standing.len())]).collect();
        self.crew.order(self.client, Order::Visit { room: self.room.log.room.clone(), seqs: seqs.clone() });
        for (came_to, seq) in seqs.into_iter().enumerate() {
            let key = (self.client, self.room.log.room.clone(), seq);
            let heard = || self.crew.heard.lock().unwrap().visited.get(&key).copied();
            if !within(DRAIN, || heard().is_some()) {
                // The others would not be heard of either, each after as long a wait.
                damage.push(self.wrong(format!("never comes to {seq}")));
                return came_to;
            }
            let seen = heard().flatten();
            if seen != self.expected.get(&seq).copied() {
                damage.push(self.wrong(format!("at {seq} is {seen:?}")));
            }
        }
        VISITS
    }

    /// It scrolls to the beginning; tells what is wrong with what it shows.
    fn show_all(&self) -> Option<String> {
        let log = &self.room.log;
        self.crew.order(self.client, Order::ShowAll { room: log.room.clone() });
        let key = (self.client, log.room.clone());
        within(SCROLL, || self.crew.heard.lock().unwrap().shown.contains_key(&key));
        let Some((to, lines)) = self.crew.heard.lock().unwrap().shown.remove(&key) else {
            return Some("does not come to the beginning".to_owned());
        };
        let (head, lines) = (log.entries.len() as Seq, lines.into_iter().collect::<BTreeMap<Seq, u64>>());
        if to == head && lines == self.expected {
            return None;
        }
        let sizes = format!("shows {} lines to {to} of {} to {head}", lines.len(), self.expected.len());
        let at = self.expected.keys().find(|seq| lines.get(seq) != self.expected.get(seq)).copied();
        Some(at.map_or(sizes.clone(), |at| format!("{sizes}; {}", self.tell(at))))
    }

    /// A line as it stands, as the client shows it, and what has amended it.
    fn tell(&self, at: Seq) -> String {
        let log = &self.room.log;
        let line = log.fold(self.me).line(at).cloned();
        let told = self.crew.ask_line(self.client, &log.room, at);
        let points = |entry: &&Entry| entry.body.target().is_some_and(|target| target.seq == at);
        let amendments: Vec<&Entry> = log.entries.iter().filter(points).collect();
        format!("at {at} stands {line:?}, it shows {told:?}; amended by {amendments:?}")
    }
}
