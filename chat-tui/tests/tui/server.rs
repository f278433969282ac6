//! A server made of a few vectors: enough of the protocol to drive a client by, and a script of
//! refusals to be nasty with.

use std::collections::{BTreeMap, VecDeque};

use chat_proto::entry::{
    Add, Body, Content, Create, Delete, Edit, Entry, FriendChange, Invite, Invited, Join, Leave, Message, Quote, React, Remove, Removed,
    Role, Topic,
};
use chat_proto::error::{Code, Error};
use chat_proto::event::{Answer, AnyEvent, Entries, Outcome, ServerInfo, Welcome};
use chat_proto::id::{ClientId, EntryId, Epoch, Rid, RoomId, ServerId, SessionId, TokenId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity, JoinCode, RoomName};
use chat_proto::place::{Mark, Place, Seq};
use chat_proto::request::account_login::SignedIn;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::code_list::CodeListReply;
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::history_read::{Page, Reaction, Standing};
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::request::room_members::RoomMembersReply;
use chat_proto::request::search_read::{Hit, SearchCursor, SearchReply};
use chat_proto::request::session_list::{Session, SessionListReply};
use chat_proto::request::stored::{Done, Stored};
use chat_proto::request::sync::{RoomPresence, RoomState, SyncReply};
use chat_proto::request::token_create::{TokenCreated, TokenInfo};
use chat_proto::request::token_list::TokenListReply;
use chat_proto::request::user_find::UserFindReply;
use chat_proto::request::user_read::Profile;
use chat_proto::request::{AnyRequest, HistoryRead, SearchRead};
use chat_proto::room::{Room, RoomKind, RoomRole, RoomSettings, Visibility};
use chat_proto::secret::Token;
use chat_proto::text::{Emoji, TopicText};
use chat_proto::user::{Color, Member, Presence, ServerRole, User, UserKind};
use serde_json::Value;

mod friends;

/// 2026-11-19 09:12:00 UTC.
pub const MORNING: u64 = 1_795_079_520_000;

pub struct Server {
    pub time: u64,
    /// Who is connected.
    pub me: UserId,
    pub rooms: Vec<Log>,
    pub users: Vec<User>,
    /// What the next writes are refused with, each once.
    pub refusals: VecDeque<Error>,
    /// Every request's name, in order.
    pub heard: Vec<String>,
    pub read: ReadPosition,
    /// How far what friends say is read, room by room.
    pub reads: BTreeMap<RoomId, ReadPosition>,
    /// How others and `me` stand to one another.
    pub friends: Vec<(UserId, Friendship)>,
    /// Join codes that hold.
    pub codes: Vec<InviteCode>,
    /// Tokens of bots.
    pub tokens: Vec<TokenInfo>,
    /// What the next searches are answered with, each once.
    pub searches: VecDeque<Result<SearchReply, Error>>,
    /// What was searched for, in order.
    pub searched: Vec<String>,
    /// Messages are heard, and neither stored nor answered.
    pub silent: bool,
}

pub struct Log {
    pub info: Room,
    pub epoch: Epoch,
    pub members: Vec<UserId>,
    pub roles: BTreeMap<UserId, RoomRole>,
    pub entries: Vec<Entry>,
}

pub fn user(name: &str, color: &str) -> User {
    User {
        id: UserId::parse(format!("u-{name}")).unwrap(),
        name: DisplayName::parse(name).unwrap(),
        color: Color::parse(color).unwrap(),
        kind: UserKind::Guest,
        identity: None,
        role: ServerRole::Member,
    }
}

/// The same with an account, whose name to sign in by is that name in small letters.
pub fn account(name: &str, color: &str) -> User {
    let small: String = name.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    User {
        id: UserId::parse(format!("u-{small}")).unwrap(),
        kind: UserKind::Account,
        identity: Some(Identity::parse(small.clone()).unwrap()),
        name: DisplayName::parse(name).unwrap(),
        ..user(&small, color)
    }
}

impl Server {
    pub fn new() -> Self {
        let users = vec![user("me", "#7aa2f7"), user("ada", "#da62aa"), user("bob", "#62da8a")];
        let me = users[0].id.clone();
        let mut server = Self {
            time: MORNING,
            me,
            rooms: vec![],
            users,
            refusals: VecDeque::new(),
            heard: vec![],
            read: unread(0, 0, 0),
            reads: BTreeMap::new(),
            friends: vec![],
            codes: vec![],
            tokens: vec![],
            searches: VecDeque::new(),
            searched: vec![],
            silent: false,
        };
        server.make_room("lobby", "Welcome in, mind the step", RoomKind::Lobby);
        server
    }

    pub fn make_room(&mut self, name: &str, topic: &str, kind: RoomKind) -> RoomId {
        let people = self.users.iter().map(|user| user.name.as_str().to_owned()).collect::<Vec<_>>();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        self.make_room_of(&people, name, topic, kind, ClientId::parse(format!("made-{name}")).unwrap(), "ada")
    }

    /// A room of these people.
    pub fn make_room_of(&mut self, people: &[&str], name: &str, topic: &str, kind: RoomKind, client_id: ClientId, by: &str) -> RoomId {
        let id = RoomId::parse(format!("r-{name}")).unwrap();
        let name = RoomName::parse(name).unwrap();
        let (title, topic) = (TopicText::parse("").unwrap(), TopicText::parse(topic).unwrap());
        let info = Room { id: id.clone(), name: name.clone(), title, topic, kind, settings: RoomSettings::default() };
        let members = people.iter().map(|name| self.person(name).id.clone()).collect();
        let others = people.iter().filter(|name| kind == RoomKind::Direct && **name != by).map(|name| self.person(name).author());
        let made = Body::Create(Create { name, people: others.collect() });
        let owned = matches!(kind, RoomKind::Public | RoomKind::Private);
        let roles = owned.then(|| (self.person(by).id.clone(), RoomRole::Owner)).into_iter().collect();
        self.rooms.push(Log { info, epoch: Epoch::parse("e1").unwrap(), members, roles, entries: vec![] });
        self.write(by, &id, client_id, made);
        id
    }

    /// The inbox of `me`, with an invitation by ada into a room of that name.
    pub fn invite_me(&mut self, name: &str) -> RoomId {
        let made = ClientId::parse(format!("made-{name}")).unwrap();
        let room = self.make_room_of(&["ada"], name, "", RoomKind::Private, made, "ada");
        self.write_inbox(Body::Invited(Invited { room: room.clone(), name: RoomName::parse(name).unwrap() }));
        room
    }

    /// Writes into the inbox of `me`, which begins with its first entry.
    pub fn write_inbox(&mut self, body: Body) -> (RoomId, Entry) {
        let inbox = RoomId::parse("r-inbox").unwrap();
        if !self.rooms.iter().any(|log| log.info.id == inbox) {
            let made = ClientId::parse("made-inbox").unwrap();
            self.make_room_of(&["me"], "inbox", "", RoomKind::Inbox, made, "me");
        }
        self.time += 1_000;
        let client_id = ClientId::parse(format!("inbox-{}", self.time)).unwrap();
        let entry = self.write("ada", &inbox, client_id, body);
        (inbox, entry)
    }

    /// Ada does something in a room, which everybody in it is told.
    pub fn does(&mut self, room: &RoomId, body: Body) -> AnyEvent {
        self.time += 1_000;
        match &body {
            Body::Settings(changes) => changes.apply(&mut self.log(room).info),
            Body::Role(role) => {
                self.log(room).roles.insert(role.user.id.clone(), role.role);
            }
            Body::Remove(remove) => self.log(room).members.retain(|member| *member != remove.user.id),
            Body::Add(add) => self.log(room).members.push(add.user.id.clone()),
            _ => {}
        }
        let client_id = ClientId::parse(format!("does-{}", self.time)).unwrap();
        let entry = self.write("ada", room, client_id, body);
        self.told(room, vec![entry])
    }

    pub fn remove_me(&mut self, room: &RoomId) -> [AnyEvent; 2] {
        let user = self.my_user().author();
        let name = self.log(room).info.name.clone();
        let told = self.does(room, Body::Remove(Remove { user }));
        let (inbox, entry) = self.write_inbox(Body::Removed(Removed { room: room.clone(), name }));
        [told, self.told(&inbox, vec![entry])]
    }

    pub fn add_me(&mut self, room: &RoomId) -> AnyEvent {
        let user = self.my_user().author();
        self.does(room, Body::Add(Add { user }))
    }

    pub fn person(&self, name: &str) -> &User {
        self.users.iter().find(|user| user.name.as_str() == name).unwrap()
    }

    pub fn my_user(&mut self) -> &mut User {
        self.users.iter_mut().find(|user| user.id == self.me).unwrap()
    }

    pub fn log(&mut self, room: &RoomId) -> &mut Log {
        self.rooms.iter_mut().find(|log| log.info.id == *room).unwrap()
    }

    pub fn lobby(&mut self) -> &mut Log {
        &mut self.rooms[0]
    }

    /// Somebody says something in the lobby.
    pub fn say(&mut self, name: &str, text: &str) -> Entry {
        self.time += 1_000;
        let lobby = self.lobby().info.id.clone();
        let me = self.me.clone();
        let mentions = if text.contains("@me") { vec![me] } else { vec![] };
        let id = ClientId::parse(format!("c-{}", self.time)).unwrap();
        self.write(name, &lobby, id, Body::Message(Message { content: Content::text(text), mentions, reply_to: None }))
    }

    pub fn write(&mut self, name: &str, room: &RoomId, client_id: ClientId, body: Body) -> Entry {
        let author = self.person(name).author();
        let time = self.time;
        let log = self.log(room);
        let seq = log.entries.len() as u64 + 1;
        let n = log.entries.last().map_or(0, |entry| entry.n) + u64::from(body.counts());
        let id = EntryId::parse(format!("{}-{seq}", log.info.name)).unwrap();
        let entry = Entry { seq, id, time, author, client_id, n, body };
        log.entries.push(entry.clone());
        entry
    }

    pub fn told(&mut self, room: &RoomId, entries: Vec<Entry>) -> AnyEvent {
        let epoch = self.log(room).epoch.clone();
        AnyEvent::Entries(Box::new(Entries { room: room.clone(), epoch, entries }))
    }

    pub fn welcome(&mut self) -> AnyEvent {
        AnyEvent::Welcome(Box::new(Welcome {
            protocol: 1,
            server: ServerInfo { id: ServerId::parse("s1").unwrap(), name: "test".into(), version: "0".into() },
            user: self.my_user().clone(),
            limits: Limits::default(),
            time: self.time,
            sync: self.sync(&[], &[]),
        }))
    }

    /// Answers a request as the user `me`; with the frames that go out to everybody.
    pub fn handle(&mut self, rid: &Rid, name: &str, payload: Value) -> Vec<AnyEvent> {
        self.heard.push(name.to_owned());
        if self.silent && name == "message:send" {
            return Vec::new();
        }
        let request = AnyRequest::parse(name, payload).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut frames = Vec::new();
        let outcome = match self.decide(request, &mut frames) {
            Ok(value) => Outcome::Ok(value),
            Err(error) => Outcome::Error(error),
        };
        frames.push(AnyEvent::Answer(Box::new(Answer { rid: Some(rid.clone()), outcome })));
        frames
    }

    fn decide(&mut self, request: AnyRequest, frames: &mut Vec<AnyEvent>) -> Result<Value, Error> {
        let ok = |value| Ok::<Value, Error>(value);
        match request {
            AnyRequest::SyncRequest(sync) => ok(json(&self.sync(&sync.cursors, &sync.show))),
            AnyRequest::MessageSend(send) => {
                let quote = send.reply_to.map(|place| self.quote(&send.room, &place));
                let content = Content::text(send.content.text.as_str());
                let body = Body::Message(Message { content, mentions: send.mentions, reply_to: quote });
                self.accept(send.room, send.client_id, send.after, body, frames)
            }
            AnyRequest::MessageEdit(edit) => {
                let content = Content::text(edit.content.text.as_str());
                let body = Body::Edit(Edit { target: mark(edit.target), content, mentions: edit.mentions });
                self.accept(edit.room, edit.client_id, edit.after, body, frames)
            }
            AnyRequest::MessageDelete(delete) => {
                let body = Body::Delete(Delete { target: mark(delete.target) });
                self.accept(delete.room, delete.client_id, delete.after, body, frames)
            }
            AnyRequest::MessageReact(react) => {
                let body = Body::React(React { target: mark(react.target), emoji: react.emoji, on: react.on, count: u32::from(react.on) });
                self.accept(react.room, react.client_id, react.after, body, frames)
            }
            AnyRequest::RoomJoin(join) => {
                let me = self.me.clone();
                self.log(&join.room).members.push(me);
                self.accept(join.room, join.client_id, join.after, Body::Join(Join {}), frames)
            }
            AnyRequest::RoomInvite(invite) => {
                let user = self.by_id(&invite.user).author();
                self.accept(invite.room, invite.client_id, invite.after, Body::Invite(Invite { user }), frames)
            }
            AnyRequest::RoomAdd(add) => {
                let user = self.by_id(&add.user).author();
                self.accept(add.room, add.client_id, add.after, Body::Add(Add { user }), frames)
            }
            AnyRequest::RoomRemove(remove) => {
                let user = self.by_id(&remove.user).author();
                self.log(&remove.room).members.retain(|member| *member != user.id);
                self.accept(remove.room, remove.client_id, remove.after, Body::Remove(Remove { user }), frames)
            }
            AnyRequest::RoomSetRole(given) => {
                let user = self.by_id(&given.user).author();
                self.log(&given.room).roles.insert(user.id.clone(), given.role);
                self.accept(given.room, given.client_id, given.after, Body::Role(Role { user, role: given.role }), frames)
            }
            AnyRequest::RoomConfigure(configure) => {
                configure.changes.apply(&mut self.log(&configure.room).info);
                self.accept(configure.room, configure.client_id, configure.after, Body::Settings(configure.changes), frames)
            }
            AnyRequest::DirectOpen(open) => {
                if let Some(error) = self.refusals.pop_front() {
                    return Err(error);
                }
                let me = self.my_user().name.as_str().to_owned();
                let mut people: Vec<String> = open.users.iter().map(|user| self.by_id(user).name.as_str().to_owned()).collect();
                people.push(me.clone());
                people.sort();
                let name = format!("direct-{}", people.join("-").to_lowercase().replace(' ', ""));
                let id = RoomId::parse(format!("r-{name}")).unwrap();
                if !self.rooms.iter().any(|log| log.info.id == id) {
                    let people: Vec<&str> = people.iter().map(String::as_str).collect();
                    self.make_room_of(&people, &name, "", RoomKind::Direct, open.client_id, &me);
                }
                ok(self.created(&id))
            }
            AnyRequest::FriendAsk(ask) => self.friend(ask.client_id, &ask.user, FriendChange::Asked, frames),
            AnyRequest::FriendAccept(accept) => self.friend(accept.client_id, &accept.user, FriendChange::Accepted, frames),
            AnyRequest::FriendRefuse(refuse) => self.friend(refuse.client_id, &refuse.user, FriendChange::Refused, frames),
            AnyRequest::FriendRemove(remove) => self.friend(remove.client_id, &remove.user, FriendChange::Ended, frames),
            AnyRequest::FriendList(_) => ok(self.friends()),
            AnyRequest::CodeCreate(create) => {
                let code = InviteCode {
                    code: JoinCode::parse(format!("ABCD-234{}", self.codes.len() + 5)).unwrap(),
                    room: create.room,
                    by: self.me.clone(),
                    expires: MORNING + 7 * 24 * 3_600_000,
                    uses_left: 100_000,
                };
                self.codes.push(code.clone());
                ok(json(&code))
            }
            AnyRequest::CodeFind(find) => match self.codes.iter().find(|code| code.code == find.code).map(|code| code.room.clone()) {
                Some(room) => ok(json(&self.summary(self.rooms.iter().find(|log| log.info.id == room).unwrap()))),
                None => Err(Error::new(Code::NotFound, "That join code lets nobody in.")),
            },
            AnyRequest::CodeList(list) => {
                let codes = self.codes.iter().filter(|code| code.room == list.room).cloned().collect();
                ok(json(&CodeListReply { codes }))
            }
            AnyRequest::CodeEnd(end) => {
                self.codes.retain(|code| code.code != end.code);
                ok(json(&Done {}))
            }
            AnyRequest::TokenCreate(create) => {
                let bot = User { name: create.name, kind: UserKind::Bot, ..user("a-bot", "#62da8a") };
                let number = self.tokens.len() + 1;
                let id = TokenId::parse(format!("t{number}")).unwrap();
                let (by, scopes, signed) = (self.me.clone(), create.scopes, create.signed);
                let info = TokenInfo { id, bot, scopes, signed, by, created: MORNING, used: None };
                self.tokens.push(info.clone());
                let secret = |letter: &str| Token::parse(letter.repeat(43)).unwrap();
                ok(json(&TokenCreated { token: secret("a"), signing_secret: signed.then(|| secret("b")), info }))
            }
            AnyRequest::TokenList(_) => ok(json(&TokenListReply { tokens: self.tokens.clone() })),
            AnyRequest::TokenRevoke(revoke) => {
                self.tokens.retain(|info| info.id != revoke.id);
                ok(json(&Done {}))
            }
            AnyRequest::UserFind(find) => {
                let query = find.query.as_str().to_lowercase();
                let fits = |user: &&User| user.identity.is_some() && user.name.as_str().to_lowercase().starts_with(&query);
                ok(json(&UserFindReply { users: self.users.iter().filter(fits).cloned().collect() }))
            }
            AnyRequest::UserRead(read) => {
                let user = self.by_id(&read.user).clone();
                let rooms = self.rooms.iter().filter(|log| log.members.contains(&user.id)).map(|log| log.info.id.clone()).collect();
                let friendship = self.friendship(&user.id);
                ok(json(&Profile { user, presence: Presence::Away, since: MORNING, rooms, friendship }))
            }
            AnyRequest::UserSetRole(_) => ok(json(&Done {})),
            AnyRequest::ServerClaim(_) => {
                self.my_user().role = ServerRole::Owner;
                ok(json(self.my_user()))
            }
            AnyRequest::RoomLeave(leave) => {
                let me = self.me.clone();
                self.log(&leave.room).members.retain(|member| *member != me);
                self.accept(leave.room, leave.client_id, leave.after, Body::Leave(Leave {}), frames)
            }
            AnyRequest::RoomSetTopic(topic) => {
                self.log(&topic.room).info.topic = topic.topic.clone();
                self.accept(topic.room, topic.client_id, topic.after, Body::Topic(Topic { topic: topic.topic }), frames)
            }
            AnyRequest::RoomCreate(create) => {
                let kind = if create.visibility == Some(Visibility::Private) { RoomKind::Private } else { RoomKind::Public };
                let topic = create.topic.as_ref().map_or("", |topic| topic.as_str());
                let room = self.make_room_of(&["me"], create.name.as_str(), topic, kind, create.client_id, "me");
                ok(self.created(&room))
            }
            AnyRequest::HistoryRead(read) => Ok(json(&self.page(&read))),
            AnyRequest::SearchRead(read) => self.search(&read).map(|reply| json(&reply)),
            AnyRequest::RoomList(_) => {
                let rooms = self.rooms.iter().map(|log| self.summary(log)).collect();
                ok(json(&RoomListReply { rooms, more: false }))
            }
            AnyRequest::RoomFind(find) => match self.rooms.iter().find(|log| log.info.name == find.name) {
                Some(log) => ok(json(&self.summary(log))),
                None => Err(Error::new(Code::NotFound, format!("There is no room #{}.", find.name))),
            },
            AnyRequest::RoomMembers(members) => {
                let mut presence = self.presence(&members.room);
                for member in &mut presence.members {
                    let role = self.log(&members.room).roles.get(&member.user.id).copied();
                    member.room_role = Some(role.unwrap_or_default());
                }
                ok(json(&RoomMembersReply { online: presence.online, total: presence.total, members: presence.members }))
            }
            AnyRequest::RoomMarkRead(mark) => {
                let n = self.log(&mark.room).entries[mark.place.seq as usize - 1].n;
                let head = self.log(&mark.room).entries.last().map_or(0, |entry| entry.n);
                let position = unread(mark.place.seq, n, head - n);
                if self.log(&mark.room).info.kind == RoomKind::Friends {
                    self.reads.insert(mark.room, position.clone());
                } else {
                    self.read = position.clone();
                }
                ok(json(&position))
            }
            AnyRequest::TypingSet(_) | AnyRequest::PresenceSet(_) | AnyRequest::ServerAnnounce(_) => ok(json(&Done {})),
            AnyRequest::AccountLogout(_) | AnyRequest::AccountSetPassword(_) | AnyRequest::SessionRevoke(_) => ok(json(&Done {})),
            AnyRequest::UserRename(rename) => {
                self.my_user().name = rename.name;
                ok(json(self.my_user()))
            }
            AnyRequest::AccountRegister(_) | AnyRequest::AccountLogin(_) => {
                self.my_user().kind = UserKind::Account;
                ok(json(&SignedIn { token: Token::parse("t".repeat(43)).unwrap(), user: self.my_user().clone() }))
            }
            AnyRequest::SessionList(_) => {
                let session = |id: &str, current| Session {
                    id: SessionId::parse(id).unwrap(),
                    created: MORNING,
                    used: MORNING,
                    client: chat_proto::text::ClientName::parse("chat-tui/0.1.0").ok(),
                    current,
                };
                ok(json(&SessionListReply { sessions: vec![session("a", true), session("b", false)] }))
            }
        }
    }

    /// The answer to whoever made a room.
    fn created(&mut self, room: &RoomId) -> Value {
        let log = self.log(room);
        let entry = &log.entries[0];
        let stored = Stored { seq: 1, id: entry.id.clone(), time: entry.time, n: 0 };
        json(&RoomCreated { room: log.info.clone(), stored })
    }

    fn by_id(&self, id: &UserId) -> &User {
        self.users.iter().find(|user| user.id == *id).unwrap()
    }

    fn accept(
        &mut self,
        room: RoomId,
        client_id: ClientId,
        after: Option<ClientId>,
        body: Body,
        frames: &mut Vec<AnyEvent>,
    ) -> Result<Value, Error> {
        let stored = |entry: &Entry| json(&Stored { seq: entry.seq, id: entry.id.clone(), time: entry.time, n: entry.n });
        let known = |log: &Log, id: &ClientId| log.entries.iter().find(|entry| entry.client_id == *id).cloned();
        if let Some(entry) = known(self.log(&room), &client_id) {
            return Ok(stored(&entry));
        }
        if let Some(error) = self.refusals.pop_front() {
            return Err(error);
        }
        if after.is_some_and(|after| known(self.log(&room), &after).is_none()) {
            return Err(Error::new(Code::OutOfOrder, "The message before it is not stored yet."));
        }
        let name = self.my_user().name.clone();
        let entry = self.write(name.as_str(), &room, client_id, body);
        let told = self.told(&room, vec![entry.clone()]);
        frames.push(told);
        Ok(stored(&entry))
    }

    fn quote(&mut self, room: &RoomId, place: &Place) -> Quote {
        let entry = &self.log(room).entries[place.seq as usize - 1];
        let Body::Message(message) = &entry.body else { panic!("no message there") };
        Quote { seq: entry.seq, id: entry.id.clone(), author: entry.author.clone(), text: message.content.text.clone() }
    }

    fn sync(&mut self, cursors: &[chat_proto::request::sync::Cursor], show: &[RoomId]) -> SyncReply {
        let me = self.me.clone();
        let read = self.read.clone();
        let mine = self.rooms.iter().filter(|log| log.members.contains(&me));
        let rooms = mine.map(|log| {
            let reset = cursors.iter().any(|cursor| cursor.room == log.info.id && cursor.epoch != log.epoch);
            let n = log.entries.last().map_or(0, |entry| entry.n);
            let read = match log.info.kind {
                RoomKind::Lobby => read.clone(),
                RoomKind::Friends if log.roles.contains_key(&me) => unread(log.entries.len() as u64, n, 0),
                _ => self.reads.get(&log.info.id).cloned().unwrap_or(unread(0, 0, n)),
            };
            let role = log.roles.get(&me).copied().unwrap_or_default();
            let others = |user: &&User| log.info.kind == RoomKind::Direct && user.id != me && log.members.contains(&user.id);
            let mut people: Vec<User> = self.users.iter().filter(others).cloned().collect();
            if log.info.kind == RoomKind::Friends {
                people = self.owner_of(&log.info.id);
            }
            people.sort_by_key(|user| user.name.as_str().to_lowercase());
            let head = log.entries.last().unwrap().mark();
            RoomState { room: log.info.clone(), epoch: log.epoch.clone(), head, n, read, reset, role, people }
        });
        let rooms = rooms.collect();
        let presence = show.iter().map(|room| self.presence(room)).collect();
        SyncReply { time: self.time, rooms, presence }
    }

    fn presence(&self, room: &RoomId) -> RoomPresence {
        let log = self.rooms.iter().find(|log| log.info.id == *room).unwrap();
        let member = |user: &User| Member {
            user: user.clone(),
            presence: if user.name.as_str() == "bob" { Presence::Away } else { Presence::Online },
            room_role: None,
        };
        // Whoever is called Offline is.
        let here = |user: &&User| log.members.contains(&user.id) && !user.name.as_str().contains("Offline");
        let members: Vec<_> = self.users.iter().filter(here).map(member).collect();
        RoomPresence { room: room.clone(), online: members.len() as u32, total: members.len() as u32, members }
    }

    fn summary(&self, log: &Log) -> RoomSummary {
        let joined = log.members.contains(&self.me);
        RoomSummary { room: log.info.clone(), members: log.members.len() as u32, joined }
    }

    /// The messages with all words of the query that `me` may read, the newest first.
    fn search(&mut self, read: &SearchRead) -> Result<SearchReply, Error> {
        self.searched.push(read.query.as_str().to_owned());
        if let Some(reply) = self.searches.pop_front() {
            return reply;
        }
        let wanted = chat_proto::search::Parsed::of(read.query.as_str()).all;
        if wanted.is_empty() {
            return Err(Error::new(Code::Invalid, "A search needs a word that is to be found, or a from:."));
        }
        let mut hits = Vec::new();
        for log in self.rooms.iter().filter(|log| log.members.contains(&self.me)) {
            for entry in &log.entries {
                let Body::Message(message) = &entry.body else { continue };
                let words = chat_proto::search::words(&message.content.text);
                if wanted.iter().all(|phrase| phrase.places(&words).next().is_some()) {
                    let (room, epoch) = (log.info.id.clone(), log.epoch.clone());
                    hits.push(Hit { room, epoch, entry: entry.clone(), edited: false, highlights: vec![] });
                }
            }
        }
        hits.sort_by_key(|hit| std::cmp::Reverse((hit.entry.time, hit.entry.seq)));
        let from: usize = read.before.as_ref().map_or(0, |cursor| cursor.as_str().parse().unwrap());
        let to = from + read.limit.unwrap_or(20) as usize;
        let more = (to < hits.len()).then(|| SearchCursor::parse(to.to_string()).unwrap());
        Ok(SearchReply { hits: hits.into_iter().skip(from).take(to - from).collect(), more, preparing: false })
    }

    fn page(&mut self, read: &HistoryRead) -> Page {
        let log = self.rooms.iter().find(|log| log.info.id == read.room).unwrap();
        let head = log.entries.last().unwrap().mark();
        let limit = u64::from(read.limit.unwrap_or(100));
        let (from, to) = match (read.before, read.after, read.around) {
            (Some(before), _, _) => (before.saturating_sub(limit).max(1), before - 1),
            (_, Some(after), _) => (after + 1, (after + limit).min(head.seq)),
            (_, _, Some(around)) => (around.saturating_sub(limit / 2).max(1), (around + limit / 2).min(head.seq)),
            _ => ((head.seq + 1).saturating_sub(limit).max(1), head.seq),
        };
        let inside = |seq: Seq| (from..=to).contains(&seq);
        let entries = log.entries.iter().filter(|entry| inside(entry.seq) && entry.body.draws_line()).cloned().collect();
        let touches = |entry: &Entry| entry.body.target().is_some_and(|target| inside(target.seq) || inside(entry.seq));
        let amends = |entry: &&Entry| !matches!(entry.body, Body::React(_)) && touches(entry);
        let amendments = log.entries.iter().filter(amends).cloned().collect();
        let mut reactions: Vec<Standing> = Vec::new();
        for entry in &log.entries {
            if let Body::React(React { target, emoji, on, .. }) = &entry.body {
                reactions.retain(|standing| standing.target != target.seq);
                let standing = if *on { vec![reaction(emoji)] } else { vec![] };
                reactions.push(Standing { target: target.seq, reactions: standing });
            }
        }
        let to = log.entries.get(to.wrapping_sub(1) as usize).filter(|_| to >= from).map(Entry::mark);
        Page { room: read.room.clone(), epoch: log.epoch.clone(), from, to, head, entries, amendments, reactions, hidden: vec![] }
    }
}

fn reaction(emoji: &Emoji) -> Reaction {
    Reaction { emoji: emoji.clone(), count: 1, mine: true }
}

pub fn unread(seq: Seq, n: u64, unread: u64) -> ReadPosition {
    ReadPosition { seq, n, unread, mentions: 0 }
}

fn mark(place: Place) -> Mark {
    Mark { seq: place.seq, id: place.id }
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}
