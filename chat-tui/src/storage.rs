//! The port behind which outbox, drafts and a cache of the rooms are kept, by whose they are. To add an implementation,
//! write a file beside `storage/memory.rs` that keeps [`Change`]s in order and gives them back as
//! [`Kept`], and add it to the suite in `tests/tui/storage.rs`; `main.rs` chooses.

use std::collections::BTreeMap;

use chat_proto::event::ServerInfo;
use chat_proto::fold::Snapshot;
use chat_proto::id::{ClientId, Epoch, RoomId, ServerId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::Identity;
use chat_proto::place::Mark;
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::room::{Room as Info, RoomRole, RoomSettings};
use chat_proto::user::User;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::state::outbox::{Item, Phase};

pub mod disk;
pub mod memory;

/// Whose it is: nothing is sent or shown under another pair.
pub type Pair = (ServerId, UserId);

/// Something to keep.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// An item joins the outbox, at its end; the draft that it was made of is empty now.
    Queued(Item, Option<RoomId>),
    /// An item of the outbox is another now.
    Changed(Item),
    /// An item has its final answer.
    Settled(ClientId),
    /// An item was discarded, and is never to be sent.
    Withdrawn(ClientId),
    /// What stands in a room's composer.
    Draft(RoomId, String),
}

impl Change {
    /// Whether it must survive a power cut as soon as it is stored. The others may be lost until
    /// [`Storage::seal`]: what was settled would be sent once more, which the server knows as a
    /// repeat.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Queued(..) | Self::Changed(_) | Self::Withdrawn(_) => true,
            Self::Settled(_) | Self::Draft(..) => false,
        }
    }
}

/// A copy of what the server has, to be shown before it has said a word. It may be lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Cached {
    /// Who this is.
    Who(Box<Who>),
    /// A room, instead of what was kept of it.
    Room(Box<KeptRoom>),
    /// A room that this person is in no longer.
    Gone(RoomId),
}

/// Who somebody is at a server, as `welcome` told it last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Who {
    /// The user.
    pub user: User,
    /// The server.
    pub server: ServerInfo,
    /// What it allows.
    pub limits: Limits,
}

/// A room as it was last known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptRoom {
    /// What it is called and about, and its rules.
    #[serde(deserialize_with = "info")]
    pub info: Info,
    /// What this person is there.
    #[serde(default)]
    pub role: RoomRole,
    /// In a conversation: the others in it.
    #[serde(default)]
    pub others: Vec<User>,
    /// The life of its log.
    pub epoch: Epoch,
    /// The newest entry that was known to exist.
    pub head: Mark,
    /// How far it is read.
    pub read: ReadPosition,
    /// Its last lines, where some were held.
    pub timeline: Option<Snapshot>,
}

/// Reads what a room is called and about. A program from before rooms had titles and rules kept it
/// without them: it is as a room is that nobody has changed, until the server tells.
fn info<'de, D: Deserializer<'de>>(input: D) -> Result<Info, D::Error> {
    let mut kept = Value::deserialize(input)?;
    if let Some(fields) = kept.as_object_mut() {
        fields.entry("title").or_insert_with(|| Value::String(String::new()));
        let settings = serde_json::to_value(RoomSettings::default()).map_err(D::Error::custom)?;
        fields.entry("settings").or_insert(settings);
    }
    serde_json::from_value(kept).map_err(D::Error::custom)
}

/// What waits for somebody else of the same server on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Stranded {
    /// Whose it is.
    pub pair: Pair,
    /// What they were called, where that is known.
    pub name: Option<String>,
    /// The name that they sign in by; a guest has none.
    pub identity: Option<Identity>,
    /// The messages that have no answer, in order.
    pub texts: Vec<String>,
}

impl Stranded {
    /// What waits of these items; `None` when no message does.
    #[must_use]
    pub fn new(pair: Pair, user: Option<&User>, items: &[Item]) -> Option<Self> {
        let unanswered = items.iter().filter(|item| !item.has_final_answer() || item.phase == Phase::SetAside);
        let texts: Vec<String> = unanswered.filter_map(|item| item.work.said()).map(|text| text.as_str().to_owned()).collect();
        let name = user.map(|user| user.name.as_str().to_owned());
        let identity = user.and_then(|user| user.identity.clone());
        (!texts.is_empty()).then_some(Self { pair, name, identity, texts })
    }
}

/// Everything kept for one pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Who it is, where that is known.
    pub who: Option<Who>,
    /// Their rooms.
    pub rooms: Vec<KeptRoom>,
    /// The outbox, in order.
    pub outbox: Vec<Item>,
    /// The drafts.
    pub drafts: BTreeMap<RoomId, String>,
    /// Whether it outlives the program.
    pub lasts: bool,
    /// Sentences for the person: what could not be read, and where it is now.
    pub troubles: Vec<String>,
}

/// Keeps changes, and gives them back.
pub trait Storage {
    /// Keeps changes, in order, all or none; those that are urgent are durable when this returns,
    /// and with them all that was stored before.
    ///
    /// # Errors
    /// A sentence for people; then nothing of it is kept.
    fn store(&mut self, pair: &Pair, changes: Vec<Change>) -> Result<(), String>;

    /// Makes durable what was stored so far.
    ///
    /// # Errors
    /// A sentence for people.
    fn seal(&mut self) -> Result<(), String>;

    /// Keeps a copy of what the server has.
    ///
    /// # Errors
    /// A sentence for people.
    fn cache(&mut self, pair: &Pair, what: Cached) -> Result<(), String>;

    /// What waits for others than the pair, at the same server, and is in no running client's hands.
    ///
    /// # Errors
    /// A sentence for people.
    fn stranded(&mut self, pair: &Pair) -> Result<Vec<Stranded>, String>;

    /// Discards what waits for somebody else; their drafts stay.
    ///
    /// # Errors
    /// A sentence for people.
    fn discard(&mut self, pair: &Pair) -> Result<(), String>;

    /// What is kept for the pair, which is the one that is stored for from now on.
    ///
    /// # Errors
    /// A sentence for people.
    fn load(&mut self, pair: &Pair) -> Result<Kept, String>;
}
