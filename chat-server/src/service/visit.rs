//! Visits: being in a room without being its member, one room at a time, or among one's friends. That is how
//! the classic pages are here: their coming and going are presence, and no entries of any log.

use chat_proto::entry::NewContent;
use chat_proto::error::{Code, Error};
use chat_proto::handshake::Auth;
use chat_proto::id::{ClientId, RoomId, UserId};
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::request::room_list::RoomSummary;
use chat_proto::request::{MessageSend, RoomCreate, RoomFind};
use chat_proto::secret::Token;
use chat_proto::text::MessageText;
use chat_proto::user::{Color, ServerRole, User, UserKind};
use tokio::sync::oneshot;

use crate::domain::access::{Standing, What, may, no_such_room};
use crate::domain::presence::ConnectionId;
use crate::domain::write::{EntryRequest, Written};
use crate::service::{Caller, Opening, Service, lock, unavailable};
use crate::storage::{NewUser, OwnRoom};

impl Service {
    /// Finds out who visits: the account of a session cookie, else somebody new, of whom nothing is
    /// stored before they say something. A session that has ended makes a guest, too.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn open_visit(&self, connection: ConnectionId, cookie: Option<Token>) -> Result<Caller, Error> {
        let opening = Opening { connection, auth: Auth::default(), cookie };
        let caller = match self.open(&opening).await {
            Err(error) if error.code == Code::SignedOut => self.open(&Opening { cookie: None, ..opening }).await?,
            opened => opened?,
        };
        if caller.bot.is_some() {
            // What its scopes are about are the requests of the native protocol.
            return Err(Error::new(Code::Forbidden, "A bot comes in by the native protocol, or posts to its webhook."));
        }
        Ok(Caller { visiting: true, ..caller })
    }

    /// The room of that name that they may visit; where there is none, the server makes it, as the tutorials' do.
    /// `from` is the visitor's address.
    ///
    /// # Errors
    /// `slow_down` when that address has had too many rooms made; `unavailable` when the store fails.
    pub async fn visited_room(&self, visitor: &User, from: &str, name: &RoomName) -> Result<RoomSummary, Error> {
        let find = RoomFind { name: name.clone() };
        let found = self.store.find_room(visitor, &find).await.map_err(|error| unavailable(&error))?;
        if let Ok(room) = found {
            let standing = self.store.standing(visitor, &room.room.id).await.map_err(|error| unavailable(&error))?;
            let (_, who) = standing.ok_or_else(no_such_room)?;
            may(&Standing { visiting: true, ..who }, What::Visit, &room.room)?;
            return Ok(room);
        }
        lock(&self.room_rates).take(&from.to_owned(), self.now()).map_err(|wait| {
            Error::new(Code::SlowDown, format!("Too many new rooms. Try again in {} s.", wait.div_ceil(1_000))).after(wait)
        })?;
        let request = EntryRequest::Create(RoomCreate::public(self.client_id(), name.clone()));
        match self.write_now(&self.own_caller(), request).await {
            // Somebody else made it at the same moment.
            Ok(_) => {}
            Err(error) if error.code == Code::NameTaken => {}
            Err(error) => return Err(error),
        }
        self.store.find_room(visitor, &find).await.map_err(|error| unavailable(&error))?
    }

    /// Lets the connection hear what is said in that room from now on, and in no other.
    pub async fn listen(&self, caller: &Caller, room: &RoomId) {
        self.fanout.attach(caller.connection, &caller.user.id, std::slice::from_ref(room)).await;
    }

    /// Lets the visitor be seen in that room and where those friends speak, and in none where they were before.
    pub fn visit(&self, caller: &Caller, room: Option<&RoomSummary>, friends: &[OwnRoom]) {
        let callers = lock(&self.callers);
        if !callers.contains_key(&caller.connection) {
            // The connection ended meanwhile: nobody would ever take them away again.
            return;
        }
        let mut presence = lock(&self.presence);
        let mut rooms = Vec::new();
        if let Some(RoomSummary { room, members, joined }) = room {
            presence.set_members(&room.id, room.id == self.lobby, *members);
            rooms.push((room.id.clone(), *joined || (room.id == self.lobby && caller.user.kind == UserKind::Account)));
        }
        for room in friends {
            presence.set_members(&room.id, false, room.members);
            rooms.push((room.id.clone(), true));
        }
        presence.visits(caller.connection, &caller.user, &rooms);
    }

    /// Says something, and waits until it is stored.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn say(&self, caller: &Caller, room: &RoomId, text: MessageText) -> Result<Written, Error> {
        let send = MessageSend {
            room: room.clone(),
            client_id: self.client_id(),
            after: None,
            content: NewContent::text(text),
            mentions: Vec::new(),
            reply_to: None,
        };
        self.write_now(caller, EntryRequest::Send(send)).await
    }

    /// Calls a visitor that, or the next free name like it; an account keeps its own.
    ///
    /// # Errors
    /// `slow_down` after too many names; `unavailable` when the store cannot be read.
    pub async fn take_name(&self, caller: &Caller, wished: &DisplayName) -> Result<User, Error> {
        if !caller.passing {
            return Ok(caller.user.clone());
        }
        lock(&self.rename_rates).take(&caller.user.id, self.now()).map_err(|wait| {
            Error::new(Code::SlowDown, format!("Too many new names. Try again in {} s.", wait.div_ceil(1_000))).after(wait)
        })?;
        self.passing.release(&caller.user.name, &caller.user.id);
        let new =
            NewUser { id: caller.user.id.clone(), name: wished.clone(), color: caller.user.color.clone(), taken: self.passing.clone() };
        let free = self.store.free_name(&new, self.now()).await;
        let name = free.as_ref().map_or_else(|_| caller.user.name.clone(), Clone::clone);
        // Two may have asked for the same free name at once.
        let name = self.passing.take(&name, &caller.user.id);
        free.map_err(|error| unavailable(&error))?;
        let user = User { name, ..caller.user.clone() };
        self.tell_who(&user);
        Ok(user)
    }

    /// A visitor's connection ended: they are gone at once, and their name is free.
    pub(super) fn visit_ended(&self, caller: &Caller) {
        let elsewhere = lock(&self.callers).values().any(|other| other.user.id == caller.user.id);
        if caller.passing && !elsewhere {
            self.passing.release(&caller.user.name, &caller.user.id);
        }
        lock(&self.presence).visit_ended(caller.connection, &caller.user.id, self.now());
    }

    pub(super) async fn write_now(&self, caller: &Caller, request: EntryRequest) -> Result<Written, Error> {
        let (responder, answer) = oneshot::channel();
        // Whoever asked may be gone; what was asked for is done all the same.
        self.write(caller, request, Box::new(move |result| drop(responder.send(result))));
        answer.await.unwrap_or_else(|_| Err(Error::new(Code::Unavailable, "The server is stopping.")))
    }

    /// The server itself as a caller: it made the lobby, makes the rooms of visitors, and does what
    /// is asked of it by its admin socket.
    #[must_use]
    pub fn own_caller(&self) -> Caller {
        let parsed = "the server is a user";
        let user = User {
            id: UserId::parse(self.server.id.as_str()).unwrap_or_else(|reason| unreachable!("{parsed}: {reason}")),
            name: DisplayName::parse("server").unwrap_or_else(|reason| unreachable!("{parsed}: {reason}")),
            color: Color::parse("#808080").unwrap_or_else(|reason| unreachable!("{parsed}: {reason}")),
            kind: UserKind::Server,
            identity: None,
            role: ServerRole::Owner,
        };
        Caller { connection: 0, user, session: None, passing: false, visiting: false, client: None, bot: None, came_by: None }
    }

    pub(super) fn client_id(&self) -> ClientId {
        ClientId::parse(lock(&self.random).id()).unwrap_or_else(|reason| unreachable!("a random id {reason}"))
    }
}
