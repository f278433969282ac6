//! Who is typing. It expires by itself, and a room gets at most one frame a second.

use std::collections::{BTreeMap, HashMap};

use chat_proto::event::TypingChanged;
use chat_proto::id::{RoomId, UserId};
use chat_proto::limits;
use chat_proto::place::Millis;
use chat_proto::user::Author;

/// How often one room gets a frame at most.
const FRAME_MS: u64 = 1_000;
/// How many people a frame names.
const NAMED: usize = 10;

/// Who is typing where.
#[derive(Debug, Default)]
pub struct Typing {
    rooms: HashMap<RoomId, Room>,
}

#[derive(Debug, Default)]
struct Room {
    typing: BTreeMap<UserId, (Author, Millis)>,
    dirty: bool,
    last_frame: Millis,
}

impl Typing {
    /// Somebody types, or stopped.
    pub fn set(&mut self, room: &RoomId, author: Author, typing: bool, now: Millis) {
        if typing {
            let known = self.rooms.entry(room.clone()).or_default();
            known.dirty |= known.typing.insert(author.id.clone(), (author, now + limits::TYPING_MS)).is_none();
        } else {
            self.stop(room, &author.id);
        }
    }

    /// Somebody stopped: what they typed is said, or they left.
    pub fn stop(&mut self, room: &RoomId, user: &UserId) {
        if let Some(known) = self.rooms.get_mut(room) {
            known.dirty |= known.typing.remove(user).is_some();
        }
    }

    /// The frames that are due.
    pub fn tick(&mut self, now: Millis) -> Vec<TypingChanged> {
        let mut frames = Vec::new();
        for (id, room) in &mut self.rooms {
            let before = room.typing.len();
            room.typing.retain(|_, (_, until)| *until > now);
            room.dirty |= room.typing.len() != before;
            if room.dirty && room.last_frame + FRAME_MS <= now {
                room.dirty = false;
                room.last_frame = now;
                let users = room.typing.values().take(NAMED).map(|(author, _)| author.clone()).collect();
                frames.push(TypingChanged { room: id.clone(), users });
            }
        }
        self.rooms.retain(|_, room| room.dirty || !room.typing.is_empty());
        frames
    }
}
