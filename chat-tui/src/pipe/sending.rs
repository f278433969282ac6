//! What is on its way, by the rules of the client's outbox; and what is known of it when it is given
//! up: stored, never sent, or unknown.

use std::collections::BTreeMap;

use chat_proto::entry::Entry;
use chat_proto::error::{Code, Error};
use chat_proto::event::Outcome;
use chat_proto::id::{ClientId, Rid, RoomId, UserId};
use chat_proto::place::Millis;
use chat_proto::request::stored::Stored;
use chat_proto::text::MessageText;

use crate::effect::Emit;
use crate::state::outbox::{Item, Outbox, Phase, Settled, Work};

/// Messages to one room, in order.
#[derive(Debug)]
pub struct Sending {
    room: RoomId,
    outbox: Outbox,
    /// What was sent and may be stored without our knowing.
    doubts: BTreeMap<ClientId, Doubt>,
    stored: u64,
    refused: Option<Error>,
}

/// How little is known of something that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// Its answer will tell.
    OnItsWay,
    /// Its answer is lost, and no other but a final one can tell: the server may still come to it.
    Lost,
}

/// What an answer says of what is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// Ask where the rooms stand, and then send again.
    Sync,
}

impl Sending {
    /// Nothing yet.
    #[must_use]
    pub fn new(room: RoomId) -> Self {
        Self { room, outbox: Outbox::default(), doubts: BTreeMap::new(), stored: 0, refused: None }
    }

    /// A message joins what is to be sent; `date` is when it was made.
    pub fn push(&mut self, client_id: ClientId, text: MessageText, mentions: Vec<UserId>, date: Millis) {
        let work = Work::Send { room: self.room.clone(), text, mentions, reply_to: None, quote: None };
        self.outbox.push(Item::new(client_id, work, date));
    }

    /// The room.
    #[must_use]
    pub fn room(&self) -> &RoomId {
        &self.room
    }

    /// How many messages have no final answer.
    #[must_use]
    pub fn open(&self) -> usize {
        self.outbox.open()
    }

    /// How many are stored.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// How many may be stored without our knowing.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.doubts.len()
    }

    /// Whether an answer is to come by itself.
    #[must_use]
    pub fn awaits_answers(&self) -> bool {
        self.doubts.values().any(|doubt| *doubt == Doubt::OnItsWay)
    }

    /// Why one of them was refused for good.
    #[must_use]
    pub fn refused(&self) -> Option<&Error> {
        self.refused.as_ref()
    }

    /// Whether one of them cuts the line each time.
    #[must_use]
    pub fn cuts_the_line(&self) -> bool {
        self.outbox.items().any(|item| item.phase == Phase::SetAside)
    }

    /// What is to be sent now.
    pub fn take_due(&mut self, now: Millis, window: usize, rid: impl FnMut() -> Rid) -> Vec<Emit> {
        let due = self.outbox.take_due(now, window, rid);
        for (_, due) in &due {
            // Once more without an answer to the first: that one may come after this one's.
            let doubt = self.doubts.get(&due.client_id).map_or(Doubt::OnItsWay, |_| Doubt::Lost);
            self.doubts.insert(due.client_id.clone(), doubt);
        }
        due.into_iter().filter_map(|(rid, due)| due.emit(rid)).collect()
    }

    /// When something is due by the clock alone.
    #[must_use]
    pub fn due_at(&self, now: Millis) -> Option<Millis> {
        self.outbox.next_due(now)
    }

    /// Something was answered. An answer that cannot be read is none, and the sentence says so.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn answered(&mut self, rid: &Rid, outcome: Outcome, now: Millis) -> Result<Next, String> {
        let Some(client_id) = self.outbox.sent_as(rid).map(|item| item.client_id.clone()) else { return Ok(Next::Nothing) };
        match outcome {
            Outcome::Ok(value) => {
                let unreadable = |error| format!("The server's answer to a message cannot be read: {error}");
                let stored = serde_json::from_value(value).map_err(unreadable)?;
                self.settle(&client_id, stored);
                Ok(Next::Nothing)
            }
            Outcome::Error(error) => Ok(self.refuse(&client_id, error, now)),
        }
    }

    fn refuse(&mut self, client_id: &ClientId, error: Error, now: Millis) -> Next {
        let known = matches!(error.code, Code::OutOfOrder | Code::SlowDown);
        match self.outbox.refused(client_id, error, now) {
            Some(Settled::Refused(item, error)) => {
                self.doubts.remove(&item.client_id);
                self.refused.get_or_insert(error);
                Next::Nothing
            }
            Some(Settled::Again(after_sync)) => {
                // Those two say that it is not stored, if it was sent but once; others do not know.
                if self.doubts.get(client_id) == Some(&Doubt::OnItsWay) {
                    if known {
                        self.doubts.remove(client_id);
                    } else {
                        self.doubts.insert(client_id.clone(), Doubt::Lost);
                    }
                }
                if after_sync { Next::Sync } else { Next::Nothing }
            }
            Some(Settled::Stored(_)) | None => Next::Nothing,
        }
    }

    /// Own entries say the same as the answers, whichever is first.
    pub fn seen(&mut self, me: Option<&UserId>, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| Some(&entry.author.id) == me) {
            let stored = Stored { seq: entry.seq, id: entry.id.clone(), time: entry.time, n: entry.n };
            self.settle(&entry.client_id, stored);
        }
    }

    fn settle(&mut self, client_id: &ClientId, stored: Stored) {
        if let Some(Settled::Stored(item)) = self.outbox.stored(client_id, stored) {
            self.doubts.remove(&item.client_id);
            self.stored += 1;
        }
        // Nothing is drawn here.
        self.outbox.forget_drawn(|_, _| true);
    }

    /// The line was cut.
    pub fn cut(&mut self, now: Millis) {
        self.outbox.cut(now, true);
        self.doubts.values_mut().for_each(|doubt| *doubt = Doubt::Lost);
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::id::EntryId;
    use serde_json::json;

    use super::*;

    fn client_id(number: u64) -> ClientId {
        ClientId::parse(format!("c{number}")).unwrap()
    }

    fn rid(number: usize) -> Rid {
        Rid::parse(format!("r{number}")).unwrap()
    }

    /// So many messages, all of them sent as `r0`, `r1` …
    fn sent(count: u64) -> Sending {
        let mut sending = Sending::new(RoomId::parse("r").unwrap());
        for number in 0..count {
            sending.push(client_id(number), MessageText::parse("x").unwrap(), Vec::new(), 0);
        }
        assert_eq!(send(&mut sending, 0, 0), count as usize);
        sending
    }

    fn send(sending: &mut Sending, now: Millis, mut from: usize) -> usize {
        let next = || {
            from += 1;
            rid(from - 1)
        };
        sending.take_due(now, 64, next).len()
    }

    fn stored() -> Outcome {
        let stored = Stored { seq: 1, id: EntryId::parse("e").unwrap(), time: 1, n: 1 };
        Outcome::Ok(serde_json::to_value(stored).unwrap())
    }

    fn error(code: Code) -> Outcome {
        Outcome::Error(Error::new(code, "no"))
    }

    #[test]
    fn what_is_answered_is_known() {
        let mut sending = sent(3);
        assert_eq!((sending.unknown(), sending.awaits_answers()), (3, true));
        sending.answered(&rid(0), stored(), 1).unwrap();
        sending.answered(&rid(1), error(Code::SlowDown), 1).unwrap();
        sending.answered(&rid(2), error(Code::OutOfOrder), 1).unwrap();
        assert_eq!((sending.stored(), sending.unknown(), sending.open()), (1, 0, 2));
        assert_eq!(send(&mut sending, 60_000, 3), 2);
        sending.answered(&rid(3), error(Code::Forbidden), 60_001).unwrap();
        assert_eq!(sending.refused().map(|error| error.code), Some(Code::Forbidden));
        assert_eq!((sending.unknown(), sending.open()), (1, 1));
    }

    #[test]
    fn what_a_cut_line_left_unanswered_stays_unknown_until_a_final_answer() {
        let mut sending = sent(2);
        sending.cut(1);
        assert_eq!((sending.unknown(), sending.awaits_answers()), (2, false));
        assert_eq!(send(&mut sending, 2, 2), 2);
        // The connection of before may still be read: its copy would be stored after this answer.
        sending.answered(&rid(2), error(Code::SlowDown), 3).unwrap();
        sending.answered(&rid(3), error(Code::OutOfOrder), 3).unwrap();
        assert_eq!(sending.unknown(), 2);
        assert_eq!(send(&mut sending, 60_000, 4), 2);
        sending.answered(&rid(4), stored(), 60_001).unwrap();
        sending.answered(&rid(5), stored(), 60_001).unwrap();
        assert_eq!((sending.stored(), sending.unknown(), sending.open()), (2, 0, 0));
    }

    #[test]
    fn a_server_that_does_not_know_leaves_it_unknown() {
        let mut sending = sent(1);
        sending.answered(&rid(0), error(Code::Unavailable), 1).unwrap();
        assert_eq!((sending.unknown(), sending.awaits_answers()), (1, false));
        let mut sending = sent(1);
        assert!(sending.answered(&rid(0), Outcome::Ok(json!({})), 1).is_err());
        assert_eq!(sending.unknown(), 1);
        assert_eq!(send(&mut sending, 20_000, 1), 1, "it is asked again");
        sending.answered(&rid(1), error(Code::OutOfOrder), 20_001).unwrap();
        assert_eq!(sending.unknown(), 1);
    }

    #[test]
    fn an_own_entry_is_as_good_as_the_answer() {
        let mut sending = sent(2);
        let entry = |client_id: &str, author: &str| {
            let author = json!({ "id": author, "name": "ada", "color": "#7aa2f7" });
            let message = json!({ "seq": 1, "id": "e", "time": 1, "author": author, "client_id": client_id, "n": 1,
                "kind": "message", "content": { "type": "text", "text": "x" } });
            serde_json::from_value::<Entry>(message).unwrap()
        };
        let me = UserId::parse("me").unwrap();
        sending.seen(Some(&me), &[entry("c0", "me"), entry("c1", "bob"), entry("c9", "me")]);
        sending.answered(&rid(0), stored(), 1).unwrap();
        assert_eq!((sending.stored(), sending.open()), (1, 1), "once");
    }
}
