//! Announcements: what an operator tells everybody, and no log holds.

use std::sync::Arc;

use chat_proto::error::{Code, Error};
use chat_proto::event::Announced;
use chat_proto::name::Identity;
use chat_proto::request::ServerAnnounce;
use chat_proto::user::{ServerRole, UserKind};

use crate::domain::access::What;
use crate::fanout::{Audience, Notice};
use crate::service::{Caller, Service};

impl Service {
    /// The same service with these accounts for operators.
    #[must_use]
    pub fn with_operators(mut self, operators: Vec<Identity>) -> Self {
        self.operators = operators;
        self
    }

    /// Announces something.
    ///
    /// # Errors
    /// `forbidden` for everybody but operators; `not_found` for a room that they may not know of.
    pub async fn announce(&self, caller: &Caller, request: ServerAnnounce) -> Result<(), Error> {
        if !self.is_operator(caller) {
            return Err(Error::new(Code::Forbidden, "Only an operator of this server announces."));
        }
        if let Some(room) = &request.room {
            self.may(caller, What::See, room).await?;
        }
        let audience = request.room.clone().map_or(Audience::Everybody, Audience::Room);
        let announced = Announced { text: request.text, room: request.room, time: self.now() };
        self.fanout.notify(audience, Arc::new(Notice::Announced(announced, caller.connection)));
        Ok(())
    }

    /// Whether it is the server itself, asked by whoever may open its admin socket, an account that keeps
    /// order on the server, or one that its settings name.
    fn is_operator(&self, caller: &Caller) -> bool {
        let identity = caller.user.identity.as_ref().filter(|_| caller.session.is_some());
        let keeps_order = caller.session.is_some() && caller.user.role >= ServerRole::Moderator;
        keeps_order || caller.user.kind == UserKind::Server || identity.is_some_and(|identity| self.operators.contains(identity))
    }
}
