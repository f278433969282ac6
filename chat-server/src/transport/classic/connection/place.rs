//! Where a connection is: what it hears, and where it is seen.
//!
//! It is in one room. Whoever has a web login's session speaks dialect C to their friends instead, hears these in it,
//! and is seen by them; as long as it may be any dialect's page it is both.

use chat_proto::error::{Code, Error};
use chat_proto::name::RoomName;
use chat_proto::request::room_list::RoomSummary;

use super::Connection;
use crate::dialect::Dialect;
use crate::fanout::FanOut as _;
use crate::service::Caller;

impl Connection {
    /// Whether what it says is for its user's friends. Whoever goes into a room by a word of their own speaks there.
    pub(super) fn speaks_to_friends(&self) -> bool {
        let state = self.state();
        state.to_friends && state.dialect == Some(Dialect::Social)
    }

    /// Back to where it started, and to whom it spoke then.
    pub(super) async fn go_back(&self) -> Result<(), Error> {
        let (start, to_friends) = (self.start.clone(), self.classic.has_friends(&self.caller()));
        self.move_to(&start, to_friends).await
    }

    pub(super) async fn move_to(&self, name: &RoomName, to_friends: bool) -> Result<(), Error> {
        let _moving = self.moving.lock().await;
        let caller = self.caller();
        let room = self.classic.service.visited_room(&caller.user, &self.from, name).await?;
        self.come_into(&caller, room, to_friends).await?;
        self.be_seen().await
    }

    /// Hears its room from now on, if it does not yet; `anew` once it had stepped back.
    pub(in crate::transport::classic) async fn listen(&self, anew: bool) {
        let _moving = self.moving.lock().await;
        let (caller, to_friends) = {
            let state = self.state();
            if state.room.is_some() && !anew {
                return;
            }
            (state.caller.clone(), state.to_friends)
        };
        let come = match self.classic.service.visited_room(&caller.user, &self.from, &self.start).await {
            Ok(room) => self.come_into(&caller, room, to_friends).await,
            Err(error) => Err(error),
        };
        if let Err(error) = come {
            self.tell_all(&error.message);
        }
        if self.state().stepped_back {
            // Meanwhile.
            self.classic.fanout.detach(self.id);
        }
    }

    /// Hears that room, and in dialect C those friends, from now on.
    async fn come_into(&self, caller: &Caller, room: RoomSummary, to_friends: bool) -> Result<(), Error> {
        let (service, fanout) = (&self.classic.service, &self.classic.fanout);
        if to_friends {
            // First who is won or lost from now on, then who there is: nothing falls between the two, and nobody who
            // is lost meanwhile is heard.
            fanout.hear_friends(self.id, Some(&caller.user.id));
            service.listen(caller, &room.room.id).await;
            let friends = service.friends_rooms(&caller.user).await?;
            fanout.friends_are(self.id, friends.into_iter().map(|room| room.id).collect());
        } else {
            service.listen(caller, &room.room.id).await;
            fanout.hear_friends(self.id, None);
        }
        let mut state = self.state();
        (state.room, state.to_friends) = (Some(room), to_friends);
        Ok(())
    }

    /// Is seen from now on.
    ///
    /// # Errors
    /// `signed_out` when its session has ended meanwhile: then it is closed; `unavailable` when that cannot be read, and
    /// it arrives with what it says next.
    pub(in crate::transport::classic) async fn arrive(&self) -> Result<(), Error> {
        {
            let mut state = self.state();
            if state.room.is_none() || state.arrived || state.stepped_back || state.ended {
                return Ok(());
            }
            state.arrived = true;
            state.caller = (*self.classic.service.enter(state.caller.clone())).clone();
        }
        let service = &self.classic.service;
        if let Err(error) = service.confirm(&self.caller()).await {
            if std::mem::take(&mut self.state().arrived) {
                service.closed(self.id);
            }
            if error.code == Code::SignedOut {
                self.classic.fanout.close(&[self.id], &error);
            }
            return Err(error);
        }
        if let Err(error) = self.be_seen().await {
            self.tell_all(&error.message);
        }
        Ok(())
    }

    /// Lets it be seen where it is heard, if it has arrived, and nowhere else.
    pub(super) async fn be_seen(&self) -> Result<(), Error> {
        let service = &self.classic.service;
        let (caller, to_friends) = {
            let state = self.state();
            if !state.arrived {
                return Ok(());
            }
            (state.caller.clone(), state.to_friends)
        };
        // Read anew each time: who is a friend no longer is not seen there again.
        let friends = if to_friends { service.friends_rooms(&caller.user).await? } else { Vec::new() };
        // Held, so that no other one comes in between who knows less of it.
        let state = self.state();
        if !state.arrived {
            return Ok(());
        }
        let Ok(caller) = service.caller(self.id) else { return Ok(()) };
        let (room, friends) = match state.dialect {
            Some(Dialect::Social) if state.to_friends => (None, &friends[..]),
            None if state.to_friends => (state.room.as_ref(), &friends[..]),
            Some(_) | None => (state.room.as_ref(), &[][..]),
        };
        service.visit(&caller, room, friends);
        Ok(())
    }

    /// Its page speaks in another namespace, and has said nothing here: it leaves in silence.
    pub(in crate::transport::classic) fn step_back(&self) {
        let mut state = self.state();
        if state.dialect.is_some() || state.running || std::mem::replace(&mut state.stepped_back, true) {
            return;
        }
        if std::mem::take(&mut state.arrived) {
            self.classic.service.closed(self.id);
        }
        self.classic.fanout.detach(self.id);
    }
}
