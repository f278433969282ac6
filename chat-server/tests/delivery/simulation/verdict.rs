//! The end of a schedule: everything drains, everybody looks at everything, and is judged.

use super::*;

impl World {
    /// The mishaps are over: everything drains, everybody looks at everything, and is judged.
    pub(super) fn end(&mut self) -> Vec<Damage> {
        if self.machine.is_none() {
            self.start_server();
        }
        for index in 0..self.clients.len() {
            self.clients[index].fuse = None;
            if self.clients[index].state().is_none() {
                self.start_client(index);
            }
        }
        let mut damage = Vec::new();
        if !self.settle() {
            damage.push(Damage { kind: Kind::Lost, what: format!("an outbox does not drain: {}", self.stuck()) });
        }
        // What was dropped at the very end is found by the next `sync`.
        for _ in 0..2 {
            self.pass(31_000);
            self.tick_all();
            self.settle();
        }
        // What cut the line three times is not sent again by itself, and nobody is told otherwise.
        for state in self.clients.iter().filter_map(Client::state) {
            let set_aside = state.outbox.items().filter(|item| item.phase == Phase::SetAside);
            self.ledger.undo(set_aside.map(|item| &item.client_id));
        }
        let logs: Vec<Log> = self.keeper.record().logs.values().cloned().collect();
        damage.extend(judge(&self.ledger, &logs));
        for index in 0..self.clients.len() {
            damage.extend(self.judge_screens(index, &logs));
        }
        damage.extend(self.judge_read_positions());
        damage
    }

    /// Two terminals of one person agree on how far each room is read.
    pub(super) fn judge_read_positions(&self) -> Option<Damage> {
        let read = |index: usize| -> Option<BTreeMap<&RoomId, &ReadPosition>> {
            Some(self.clients[index].state()?.rooms.iter().map(|(id, room)| (id, &room.read)).collect())
        };
        let (one, other) = (read(0), read(1));
        (one != other).then(|| Damage { kind: Kind::WrongView, what: format!("ada has read {one:?} and {other:?}") })
    }

    pub(super) fn stuck(&self) -> String {
        let stuck = self.clients.iter().filter_map(|client| {
            let state = client.state()?;
            let open: Vec<_> = state.outbox.items().filter(|item| !item.has_final_answer()).take(2).collect();
            (!open.is_empty() || !client.is_online()).then(|| format!("{} {:?} {open:?}", client.name, state.link.phase))
        });
        stuck.collect::<Vec<_>>().join("; ")
    }

    /// A client goes to each of its rooms and scrolls up to its beginning.
    pub(super) fn judge_screens(&mut self, index: usize, logs: &[Log]) -> Vec<Damage> {
        let mut damage = Vec::new();
        let who = self.clients[index].name.clone();
        for log in logs {
            let Some((me, name)) = self.room_of(index, &log.room) else { continue };
            self.feed(index, Event::Jump(log.room.clone(), 1));
            self.settle();
            for _ in 0..PATIENCE {
                if self.clients[index].shows(&log.room).is_some_and(|((from, _), _)| from == 1) {
                    break;
                }
                let now = self.now;
                self.clients[index].draw(now, true, &mut self.ledger);
                self.grant(index);
                self.settle();
            }
            let wrong = |what: String| Damage { kind: Kind::WrongView, what: format!("{who} in {name}: {what}") };
            let Some((window, lines)) = self.clients[index].shows(&log.room) else {
                damage.push(wrong("shows nothing".to_owned()));
                continue;
            };
            let whole = (1, log.entries.len() as u64);
            if window != whole {
                damage.push(wrong(format!("shows {window:?} of {whole:?}")));
            }
            damage.extend(judge_view(&who, log, &me, window, &lines));
        }
        damage
    }

    /// Who the client is and what the room is called, if it is one of theirs.
    pub(super) fn room_of(&self, index: usize, room: &RoomId) -> Option<(UserId, String)> {
        let state = self.clients[index].state()?;
        Some((state.me.as_ref()?.id.clone(), state.rooms.get(room)?.info.name.as_str().to_owned()))
    }
}
