//! What people at the simulated terminals do.

use super::*;

impl World {
    /// Somebody says or does something.
    pub(super) fn act(&mut self, index: usize) -> &'static str {
        if self.clients[index].state().is_none() {
            return "nobody is there";
        }
        self.said += 1;
        let (name, number) = (self.clients[index].name.clone(), self.said);
        if self.mishaps && self.dice.below(12) == 0 {
            self.clients[index].fuse = Some(self.dice.below(8));
        }
        match self.dice.below(100) {
            0..55 => {
                self.types(index, &format!("{name} says {number}"));
                "said"
            }
            55..67 => {
                self.types(index, &format!("/edit {name} means {number}"));
                "edited"
            }
            67..73 => {
                self.types(index, "/delete");
                let now = self.now;
                let waits = self.clients[index].state().is_some_and(|state| state.popup.is_some());
                if waits {
                    self.clients[index].press(now, "y", &mut self.ledger);
                }
                self.grant(index);
                "deleted"
            }
            73..83 => {
                let emoji = ["👍", "🎉"][self.dice.pick(2)];
                self.types(index, &format!("/react {emoji}"));
                "reacted"
            }
            83..86 => {
                self.types(index, &format!("/topic about {number}"));
                "set the topic"
            }
            86..89 => {
                self.types(index, "/leave");
                "left"
            }
            89..91 => {
                self.types(index, "/retry");
                "retried"
            }
            91..93 => {
                self.types(index, "/discard");
                "discarded"
            }
            _ => {
                let room = ["den", "lobby"][self.dice.pick(2)];
                self.types(index, &format!("/join {room}"));
                "went to a room"
            }
        }
    }

    /// Somebody looks at the screen, and scrolls.
    pub(super) fn look(&mut self, index: usize) -> &'static str {
        let (now, top) = (self.now, self.dice.below(2) == 0);
        self.clients[index].draw(now, top, &mut self.ledger);
        self.grant(index);
        "looked"
    }

    pub(super) fn kill_or_start(&mut self, index: usize) -> &'static str {
        if self.clients[index].state().is_some() {
            self.clients[index].kill();
            self.drop_lines_of(index);
            "killed a client"
        } else {
            self.start_client(index);
            "started a client"
        }
    }

    /// Somebody sets the clock on their wall, an hour or a day forward or back.
    pub(super) fn set_clock(&mut self, index: usize) -> &'static str {
        let by = [3_600_000, 86_400_000][self.dice.pick(2)];
        let date = if self.dice.below(2) == 0 { self.now + by } else { self.now - by };
        self.feed(index, Event::Date(date));
        "set a clock"
    }
}
