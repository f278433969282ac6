//! Delivery where nobody is connected: an operator's command on a server that does not run.

use std::sync::Arc;

use async_trait::async_trait;
use chat_proto::error::Error;
use chat_proto::id::{Epoch, RoomId, UserId};

use crate::domain::presence::ConnectionId;
use crate::fanout::{Audience, FanOut, Notice};
use crate::storage::CommittedEntry;

/// Delivery to nobody.
pub struct Nobody;

#[async_trait]
impl FanOut for Nobody {
    fn entries(&self, _: Vec<CommittedEntry>) {}

    async fn follow(&self, _: ConnectionId, _: &UserId) {}

    async fn attach(&self, _: ConnectionId, _: &UserId, _: &[RoomId]) {}

    fn notify(&self, _: Audience, _: Arc<Notice>) {}

    fn forget(&self, _: &RoomId, _: Epoch) {}

    fn close(&self, _: &[ConnectionId], _: &Error) {}

    fn is_behind(&self, _: &RoomId) -> bool {
        false
    }
}
