//! The port behind which the outbox and the drafts are kept, by whose they are. To add an
//! implementation, write a file beside `storage/memory.rs` that keeps [`Change`]s in order and
//! gives them back as [`Kept`]; `runtime.rs` chooses.

use std::collections::BTreeMap;

use chat_proto::id::{ClientId, RoomId, ServerId, UserId};

use crate::state::outbox::Item;

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
    /// An item has its final answer, or was discarded.
    Settled(ClientId),
    /// What stands in a room's composer.
    Draft(RoomId, String),
}

/// Everything kept for one pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The outbox, in order.
    pub outbox: Vec<Item>,
    /// The drafts.
    pub drafts: BTreeMap<RoomId, String>,
}

/// Keeps changes, and gives them back.
pub trait Storage {
    /// Keeps changes, in order, all or none; they are kept when this returns.
    ///
    /// # Errors
    /// A sentence for people; then nothing of it is kept.
    fn store(&mut self, pair: &Pair, changes: Vec<Change>) -> Result<(), String>;

    /// What is kept for the pair.
    ///
    /// # Errors
    /// A sentence for people.
    fn load(&mut self, pair: &Pair) -> Result<Kept, String>;
}
