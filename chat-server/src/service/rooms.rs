//! Where rooms stand, who is in them, who types.

use chat_proto::error::Error;
use chat_proto::id::{ClientId, RoomId};
use chat_proto::limits;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::request::room_members::RoomMembersReply;
use chat_proto::request::sync::{RoomPresence, SyncReply, SyncRequest};
use chat_proto::request::{RoomLeave, RoomMembers, TypingSet};
use chat_proto::room::Room;
use chat_proto::user::{Member, Presence};

use crate::domain::access::{Standing, What, may, no_such_room};
use crate::domain::write::EntryRequest;
use crate::service::{Caller, Service, lock, unavailable};

/// How many members one reply holds.
const MEMBERS: usize = 1_000;

impl Service {
    /// Where all of the caller's rooms stand.
    pub(super) async fn sync(&self, caller: &Caller, request: &SyncRequest) -> Result<SyncReply, Error> {
        for (field, count) in [("cursors", request.cursors.len()), ("show", request.show.len())] {
            if count > limits::SYNC_ROOMS {
                return Err(Error::invalid(field, format_args!("names {count} rooms; at most {} are allowed", limits::SYNC_ROOMS)));
            }
        }
        let mut rooms = self.store.rooms_of(&caller.user, &request.cursors).await.map_err(|error| unavailable(&error))?;
        if !caller.hears() {
            // Where it may say something, and nothing of who is there.
            rooms.iter_mut().for_each(|state| state.people.clear());
            return Ok(SyncReply { time: self.now(), rooms, presence: Vec::new() });
        }
        let is_mine = |room: &&RoomId| rooms.iter().any(|state| state.room.id == **room);
        let presence: Vec<RoomPresence> = {
            let known = lock(&self.presence);
            request.show.iter().filter(is_mine).map(|room| known.of_room(room)).collect()
        };
        Ok(SyncReply { time: self.now(), rooms, presence })
    }

    /// The room, where the gateway lets the caller do that.
    ///
    /// # Errors
    /// Why they may not; `unavailable` when the store cannot be read.
    pub(super) async fn may(&self, caller: &Caller, what: What, room: &RoomId) -> Result<Room, Error> {
        let found = self.store.standing(&caller.user, room).await.map_err(|error| unavailable(&error))?;
        let (room, who) = found.ok_or_else(no_such_room)?;
        may(&Standing { visiting: caller.visiting, passing: caller.passing, ..who }, what, &room)?;
        Ok(room)
    }

    /// Who is in a room: those who are here first, then by name.
    pub(super) async fn members(&self, caller: &Caller, request: &RoomMembers) -> Result<RoomMembersReply, Error> {
        let stored = self.store.members(&caller.user, &request.room).await.map_err(|error| unavailable(&error))??;
        let (counts, mut members) = {
            let presence = lock(&self.presence);
            (presence.of_room(&request.room), presence.present(&request.room))
        };
        for (user, role) in stored {
            match members.iter_mut().find(|member| member.user.id == user.id) {
                Some(here) => here.room_role = Some(role),
                None => members.push(Member { user, presence: Presence::Offline, room_role: Some(role) }),
            }
        }
        members.sort_by_cached_key(|member| (member.presence == Presence::Offline, member.user.name.as_str().to_lowercase()));
        members.truncate(MEMBERS);
        Ok(RoomMembersReply { online: counts.online, total: counts.total.max(members.len() as u32), members })
    }

    /// In the lobby the guests who are here count too; stored are the accounts alone.
    pub(super) fn count_guests(&self, summary: &mut RoomSummary) {
        if summary.room.id == self.lobby {
            summary.members = summary.members.max(lock(&self.presence).of_room(&self.lobby).total);
        }
    }

    /// A passing guest keeps nothing, no membership either: they leave every room but the lobby,
    /// where they were by rule.
    pub(super) fn leave_all(&self, caller: &Caller) {
        let rooms = lock(&self.presence).rooms_of(&caller.user.id);
        for room in rooms.into_iter().filter(|room| *room != self.lobby) {
            let client_id = ClientId::parse(lock(&self.random).id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"));
            let leave = EntryRequest::Leave(RoomLeave { room, client_id, after: None });
            // Nobody is left to tell.
            self.write(
                caller,
                leave,
                Box::new(|outcome| drop(outcome.inspect_err(|error| tracing::debug!(%error, "a guest's leave was refused")))),
            );
        }
    }

    /// Tells a room that the caller types, or stopped.
    pub(super) async fn set_typing(&self, caller: &Caller, request: &TypingSet) -> Result<(), Error> {
        self.may(caller, What::Type, &request.room).await?;
        lock(&self.typing).set(&request.room, caller.user.author(), request.typing, self.now());
        Ok(())
    }
}
