//! A server whose store is late with somebody's rooms: what happens between the moment at which they are read and the
//! one from which a connection hears them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chat_server::domain::decide::Context;
use chat_server::storage::sqlite::SqliteStore;
use chat_server::storage::{Batch, Committed, Store, StoreError};
use tokio::sync::Notify;

use crate::dice::Dice;
use crate::running::Running;
use crate::wrapped::{Around, Wrapped};

/// Holds back somebody's rooms, once they are read, until it is told to go on.
#[derive(Default)]
pub struct Late {
    armed: AtomicBool,
    read: Notify,
    goes_on: Notify,
}

impl Late {
    /// The next time that rooms are read.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Waits until they are.
    pub async fn read(&self) {
        self.read.notified().await;
    }

    pub fn go_on(&self) {
        self.goes_on.notify_one();
    }
}

#[async_trait]
impl Around for Arc<Late> {
    async fn commit(&self, store: &impl Store, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
        store.commit(batch, context).await
    }

    async fn rooms_read(&self) {
        if self.armed.swap(false, Ordering::SeqCst) {
            self.read.notify_one();
            self.goes_on.notified().await;
        }
    }
}

/// The same server again, over a store that can be late.
pub async fn late(server: Running) -> (Running, Arc<Late>) {
    let dir = server.dir.clone();
    server.stop().await;
    let late = Arc::new(Late::default());
    let store = SqliteStore::open(&dir.path().join("chat.db"), 2_000, &mut Dice(5)).await.unwrap();
    (Running::start_over(Wrapped { inner: store, around: late.clone() }, dir).await, late)
}
