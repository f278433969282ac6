//! The entries of one room on their way to all who are in it, each in the place in which it was committed.

use std::time::Instant;

use chat_proto::entry::Entry;
use chat_proto::event::{Entries, Event};
use chat_proto::id::{Epoch, RoomId, UserId};
use chat_proto::limits;
use chat_proto::room::RoomKind;
use serde::Serialize;

use super::{SocketIoFanOut, classic, lock, log_room, user_room};
use crate::domain::decide::Visits;
use crate::domain::ranges::veiled;
use crate::domain::weight::weight;
use crate::storage::CommittedEntry;

/// An `entries` frame without a copy of its entries.
#[derive(Serialize)]
pub(super) struct Frame<'a> {
    pub(super) room: &'a RoomId,
    pub(super) epoch: &'a Epoch,
    pub(super) entries: &'a [Entry],
}

impl SocketIoFanOut {
    /// Sends entries of one room, in frames that are cut where somebody comes or goes.
    pub(super) async fn send(&self, room: &RoomId, entries: Vec<CommittedEntry>) {
        let epoch = entries.first().map(|first| first.epoch.clone());
        let bytes: usize = entries.iter().map(|committed| weight(&committed.entry)).sum();
        self.send_classic(room, &entries).await;
        if let Some(epoch) = epoch {
            let (mut frame, mut size) = (Vec::new(), 0);
            for CommittedEntry { entry, moves, veiled_for, .. } in entries {
                size += weight(&entry);
                // A frame ends where somebody comes, where somebody goes, and around what not everybody sees.
                let alone = !moves.joins.is_empty() || !veiled_for.is_empty();
                if alone || (size > limits::FRAME && !frame.is_empty()) {
                    self.emit_frame(room, &epoch, &mut frame).await;
                    size = weight(&entry);
                }
                for (user, _) in &moves.joins {
                    lock(&self.opening).joins(user, room);
                    for sockets in self.natives() {
                        let _: Result<(), std::convert::Infallible> = sockets.within(user_room(user)).join(log_room(room)).await;
                    }
                }
                if !veiled_for.is_empty() {
                    self.emit_veiled(room, &epoch, entry, &veiled_for).await;
                    size = 0;
                    continue;
                }
                frame.push(entry);
                if !moves.leaves.is_empty() {
                    self.emit_frame(room, &epoch, &mut frame).await;
                    size = 0;
                }
                for user in &moves.leaves {
                    lock(&self.opening).leaves(user, room);
                    for sockets in self.natives() {
                        let _: Result<(), std::convert::Infallible> = sockets.within(user_room(user)).leave(log_room(room)).await;
                    }
                }
            }
            self.emit_frame(room, &epoch, &mut frame).await;
        }
        let mut waiting = lock(&self.waiting);
        if let Some(known) = waiting.get_mut(room) {
            known.bytes = known.bytes.saturating_sub(bytes);
            known.since = Instant::now();
            if known.bytes == 0 {
                waiting.remove(room);
            }
        }
    }

    /// The same to classic clients, who visit the room, or hear their friends in it: up to the entry by which they do so
    /// no longer.
    async fn send_classic(&self, room: &RoomId, entries: &[CommittedEntry]) {
        for CommittedEntry { kind, entry, moves, .. } in entries {
            if *kind == RoomKind::Friends {
                moves.joins.iter().for_each(|(user, _)| lock(&self.classic).befriend(user, room));
            }
            let hearing = lock(&self.classic).of_room(room);
            if hearing.is_empty() && *kind != RoomKind::Friends {
                return;
            }
            classic::tell_entry(&self.engines, &self.manners, &hearing, room, entry).await;
            match moves.visits_end {
                Visits::None => {}
                Visits::OfLeaving => lock(&self.classic).shut_out(room, Some(&moves.leaves)),
                Visits::All => lock(&self.classic).shut_out(room, None),
            }
        }
    }

    async fn emit_frame(&self, room: &RoomId, epoch: &Epoch, frame: &mut Vec<Entry>) {
        if !frame.is_empty() {
            self.emit(log_room(room), Entries::NAME, &Frame { room, epoch, entries: frame }).await;
            frame.clear();
        }
    }

    /// An entry that points at what some of the members may not read: they get it without that.
    async fn emit_veiled(&self, room: &RoomId, epoch: &Epoch, entry: Entry, veiled_for: &[UserId]) {
        let few: Vec<String> = veiled_for.iter().map(user_room).collect();
        let whole = Frame { room, epoch, entries: std::slice::from_ref(&entry) };
        for sockets in self.natives() {
            if let Err(error) = sockets.to(log_room(room)).except(few.clone()).emit(Entries::NAME, &whole).await {
                tracing::debug!(%error, "some readers cannot keep up");
            }
        }
        let veiled = veiled(entry);
        let part = Frame { room, epoch, entries: std::slice::from_ref(&veiled) };
        for user in few {
            self.emit(user, Entries::NAME, &part).await;
        }
    }
}
