//! The port behind which outbox and drafts are kept, by whose they are. To add an implementation,
//! write a file beside `storage/memory.rs` that keeps [`Change`]s in order and gives them back as
//! [`Kept`], and add it to the suite in `tests/tui/storage.rs`; `main.rs` chooses.

use std::collections::BTreeMap;

use chat_proto::id::{ClientId, RoomId, ServerId, UserId};

use crate::state::outbox::Item;

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

/// Everything kept for one pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
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

    /// What is kept for the pair, which is the one that is stored for from now on.
    ///
    /// # Errors
    /// A sentence for people.
    fn load(&mut self, pair: &Pair) -> Result<Kept, String>;
}
