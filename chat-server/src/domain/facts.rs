//! What a store looks up before a batch of writes is decided, and keeps up while it is.

use std::collections::{HashMap, HashSet};

use chat_proto::entry::Quote;
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::place::{Millis, Seq};
use chat_proto::request::stored::Stored;
use chat_proto::room::Room;
use chat_proto::text::Emoji;
use chat_proto::user::Author;

use crate::domain::write::{EntryRequest, Write};

/// What is known about everything that a batch names.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The rooms that exist, of those named.
    pub rooms: HashMap<RoomId, RoomFacts>,
    /// The name keys that are taken, of those that creations want.
    pub taken_names: HashSet<String>,
    /// The rooms that creations of the batch made before, by author and client id.
    pub creations: HashMap<(UserId, ClientId), Creation>,
    /// The entries that stand under the client ids and predecessors named.
    pub known: HashMap<(RoomId, UserId, ClientId), Known>,
    /// Who of the authors and the mentioned is a member, of the rooms named.
    pub members: HashSet<(RoomId, UserId)>,
    /// The entries that stand at the seqs that are pointed at.
    pub targets: HashMap<(RoomId, Seq), Target>,
    /// Whose reactions stand on the messages that are reacted to.
    pub reactions: HashMap<(RoomId, Seq), HashMap<Emoji, HashSet<UserId>>>,
}

/// One room as it stands.
#[derive(Clone, Debug)]
pub struct RoomFacts {
    /// What it is called and about.
    pub room: Room,
    /// The life of its log.
    pub epoch: Epoch,
    /// The newest entry's number.
    pub head: Seq,
    /// The newest entry's id; none in a room that is only being made.
    pub head_id: Option<EntryId>,
    /// The newest entry's time.
    pub time: Millis,
    /// How many messages the log holds.
    pub n: u64,
}

/// A room that an earlier request with the same client id made.
#[derive(Clone, Debug)]
pub struct Creation {
    /// The room.
    pub room: Room,
    /// Its first entry.
    pub stored: Stored,
    /// The digest of the request that made it.
    pub digest: Option<i64>,
}

/// An entry that stands under a client id.
#[derive(Clone, Debug)]
pub struct Known {
    /// Where.
    pub stored: Stored,
    /// The digest of the request that wrote it; none once it was blanked.
    pub digest: Option<i64>,
}

/// An entry that is pointed at.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its id.
    pub id: EntryId,
    /// Who wrote it, as they were called then.
    pub author: Author,
    /// Whether it is a message.
    pub is_message: bool,
    /// Whether it was taken back.
    pub deleted: bool,
    /// What it says now.
    pub text: String,
}

impl Target {
    /// A quote of it as it reads now.
    #[must_use]
    pub fn quote(&self, seq: Seq) -> Quote {
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match line.char_indices().nth(chat_proto::limits::QUOTE) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        };
        Quote { seq, id: self.id.clone(), author: self.author.clone(), text }
    }
}

/// What a batch names, so that a store can look it up in one query a kind.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Rooms.
    pub rooms: HashSet<RoomId>,
    /// Name keys of rooms to be made.
    pub names: HashSet<String>,
    /// Creations.
    pub creations: HashSet<(UserId, ClientId)>,
    /// Client ids and predecessors.
    pub known: HashSet<(RoomId, UserId, ClientId)>,
    /// Authors and mentioned people.
    pub members: HashSet<(RoomId, UserId)>,
    /// Seqs that are pointed at.
    pub targets: HashSet<(RoomId, Seq)>,
    /// Messages that are reacted to.
    pub reactions: HashSet<(RoomId, Seq)>,
}

impl Wanted {
    /// What the batch names.
    #[must_use]
    pub fn of(batch: &[Write]) -> Self {
        let mut wanted = Self::default();
        for write in batch {
            let author = &write.author.id;
            let Some(room) = write.request.room() else {
                if let EntryRequest::Create(create) = &write.request {
                    wanted.names.insert(chat_proto::name::confusable_key(create.name.as_str()));
                    wanted.creations.insert((author.clone(), create.client_id.clone()));
                }
                continue;
            };
            wanted.rooms.insert(room.clone());
            wanted.members.insert((room.clone(), author.clone()));
            wanted.known.insert((room.clone(), author.clone(), write.request.client_id().clone()));
            if let Some(after) = write.request.after() {
                wanted.known.insert((room.clone(), author.clone(), after.clone()));
            }
            match &write.request {
                EntryRequest::Send(send) => {
                    wanted.members.extend(send.mentions.iter().map(|user| (room.clone(), user.clone())));
                    wanted.targets.extend(send.reply_to.iter().map(|place| (room.clone(), place.seq)));
                }
                EntryRequest::Edit(edit) => {
                    wanted.members.extend(edit.mentions.iter().map(|user| (room.clone(), user.clone())));
                    wanted.targets.insert((room.clone(), edit.target.seq));
                }
                EntryRequest::Delete(delete) => {
                    wanted.targets.insert((room.clone(), delete.target.seq));
                }
                EntryRequest::React(react) => {
                    wanted.targets.insert((room.clone(), react.target.seq));
                    wanted.reactions.insert((room.clone(), react.target.seq));
                }
                EntryRequest::Topic(_) | EntryRequest::Join(_) | EntryRequest::Leave(_) | EntryRequest::Create(_) => {}
            }
        }
        wanted
    }
}
