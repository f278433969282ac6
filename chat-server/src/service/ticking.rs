//! What happens by the clock alone.

use std::sync::Arc;

use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;

use crate::fanout::{Audience, Notice};
use crate::service::{Service, lock};

/// How often it is written down that guests are here, so that their names stay theirs.
const SEEN_EVERY_MS: u64 = 10 * 60 * 1_000;

impl Service {
    /// Tells the changes of presence and typing that are due. To be called a few times a second.
    pub async fn tick(&self) {
        let now = self.now();
        let presence = lock(&self.presence).tick(now);
        for frame in presence {
            self.fanout.notify(Audience::Room(frame.room.clone()), Arc::new(Notice::Presence(frame)));
        }
        let typing = lock(&self.typing).tick(now);
        for frame in typing {
            self.fanout.notify(Audience::Room(frame.room.clone()), Arc::new(Notice::Typing(frame)));
        }
        let due = {
            let mut last = lock(&self.last_seen_flush);
            let due = *last + SEEN_EVERY_MS <= now;
            if due {
                *last = now;
            }
            due
        };
        if due {
            self.write_down_seen().await;
        }
    }

    /// Writes down who is here, and who was since the last time.
    pub async fn write_down_seen(&self) {
        let mut seen = std::mem::take(&mut *lock(&self.seen));
        seen.extend(lock(&self.presence).connected_users().map(|user| user.id.clone()));
        let seen: Vec<UserId> = seen.into_iter().collect();
        if seen.is_empty() {
            return;
        }
        if let Err(error) = self.store.seen(&seen, self.now()).await {
            tracing::warn!(%error, "could not write down who was here");
            lock(&self.seen).extend(seen);
        }
    }

    /// Tells every connection to come back, spread over a few seconds, and closes them.
    pub fn say_goodbye(&self) {
        let connections = self.connections_of(|_| true);
        let many = connections.len().max(1) as u64;
        for (index, connection) in connections.into_iter().enumerate() {
            // The more there are, the wider they are spread: at most 200 a second, within 10 s.
            let wait = 500 + (index as u64 * (many * 5).min(10_000)) / many;
            let error = Error::new(Code::Unavailable, "The server is restarting.").after(wait);
            // It still counts until it is cut: what it asks for meanwhile is done, not refused.
            self.fanout.close(&[connection], &error);
        }
    }
}
