//! A server made of a few vectors: enough of the protocol to drive a client by, and a script of
//! refusals to be nasty with.

use std::collections::VecDeque;

use chat_proto::entry::{Body, Content, Create, Delete, Edit, Entry, Join, Leave, Message, Quote, React, Topic};
use chat_proto::error::{Code, Error};
use chat_proto::event::{Answer, AnyEvent, Entries, Outcome, ServerInfo, Welcome};
use chat_proto::id::{ClientId, EntryId, Epoch, Rid, RoomId, ServerId, SessionId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::place::{Mark, Place, Seq};
use chat_proto::request::account_login::SignedIn;
use chat_proto::request::history_read::{Page, Reaction, Standing};
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::room_list::{RoomListReply, RoomSummary};
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::request::room_members::RoomMembersReply;
use chat_proto::request::search_read::SearchReply;
use chat_proto::request::session_list::{Session, SessionListReply};
use chat_proto::request::stored::{Done, Stored};
use chat_proto::request::sync::{Room, RoomKind, RoomPresence, RoomState, SyncReply};
use chat_proto::request::{AnyRequest, HistoryRead};
use chat_proto::secret::Token;
use chat_proto::text::{Emoji, TopicText};
use chat_proto::user::{Color, Member, Presence, User, UserKind};
use serde_json::Value;

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
}

pub struct Log {
    pub info: Room,
    pub epoch: Epoch,
    pub members: Vec<UserId>,
    pub entries: Vec<Entry>,
}

pub fn user(name: &str, color: &str) -> User {
    User {
        id: UserId::parse(format!("u-{name}")).unwrap(),
        name: DisplayName::parse(name).unwrap(),
        color: Color::parse(color).unwrap(),
        kind: UserKind::Guest,
        identity: None,
    }
}

impl Server {
    pub fn new() -> Self {
        let users = vec![user("me", "#7aa2f7"), user("ada", "#da62aa"), user("bob", "#62da8a")];
        let me = users[0].id.clone();
        let mut server = Self { time: MORNING, me, rooms: vec![], users, refusals: VecDeque::new(), heard: vec![], read: unread(0, 0, 0) };
        server.make_room("lobby", "Welcome in, mind the step", RoomKind::Lobby);
        server
    }

    pub fn make_room(&mut self, name: &str, topic: &str, kind: RoomKind) -> RoomId {
        let id = RoomId::parse(format!("r-{name}")).unwrap();
        let info = Room { id: id.clone(), name: RoomName::parse(name).unwrap(), topic: TopicText::parse(topic).unwrap(), kind };
        let members = self.users.iter().map(|user| user.id.clone()).collect();
        self.rooms.push(Log { info, epoch: Epoch::parse("e1").unwrap(), members, entries: vec![] });
        let made = Body::Create(Create { name: RoomName::parse(name).unwrap() });
        self.write("ada", &id, ClientId::parse(format!("made-{name}")).unwrap(), made);
        id
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
        let n = log.entries.last().map_or(0, |entry| entry.n) + u64::from(matches!(body, Body::Message(_)));
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
                let room = self.make_room(create.name.as_str(), create.topic.as_ref().map_or("", |topic| topic.as_str()), RoomKind::Public);
                let log = self.log(&room);
                let entry = &log.entries[0];
                let stored = Stored { seq: 1, id: entry.id.clone(), time: entry.time, n: 0 };
                ok(json(&RoomCreated { room: log.info.clone(), stored }))
            }
            AnyRequest::HistoryRead(read) => Ok(json(&self.page(&read))),
            // No client asks for it yet.
            AnyRequest::SearchRead(_) => ok(json(&SearchReply { hits: Vec::new(), more: None, preparing: false })),
            AnyRequest::RoomList(_) => {
                let rooms = self.rooms.iter().map(|log| self.summary(log)).collect();
                ok(json(&RoomListReply { rooms, more: false }))
            }
            AnyRequest::RoomFind(find) => match self.rooms.iter().find(|log| log.info.name == find.name) {
                Some(log) => ok(json(&self.summary(log))),
                None => Err(Error::new(Code::NotFound, format!("There is no room #{}.", find.name))),
            },
            AnyRequest::RoomMembers(members) => {
                let presence = self.presence(&members.room);
                ok(json(&RoomMembersReply { online: presence.online, total: presence.total, members: presence.members }))
            }
            AnyRequest::RoomMarkRead(mark) => {
                let n = self.log(&mark.room).entries[mark.place.seq as usize - 1].n;
                let head = self.log(&mark.room).entries.last().map_or(0, |entry| entry.n);
                self.read = unread(mark.place.seq, n, head - n);
                ok(json(&self.read))
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
            let read = if log.info.kind == RoomKind::Lobby { read.clone() } else { unread(0, 0, n) };
            RoomState { room: log.info.clone(), epoch: log.epoch.clone(), head: log.entries.last().unwrap().mark(), n, read, reset }
        });
        let rooms = rooms.collect();
        let presence = show.iter().map(|room| self.presence(room)).collect();
        SyncReply { time: self.time, rooms, presence }
    }

    fn presence(&self, room: &RoomId) -> RoomPresence {
        let member = |user: &User| Member {
            user: user.clone(),
            presence: if user.name.as_str() == "bob" { Presence::Away } else { Presence::Online },
        };
        let members: Vec<_> = self.users.iter().map(member).collect();
        RoomPresence { room: room.clone(), online: members.len() as u32, total: members.len() as u32, members }
    }

    fn summary(&self, log: &Log) -> RoomSummary {
        let joined = log.members.contains(&self.me);
        RoomSummary { room: log.info.clone(), members: log.members.len() as u32, joined }
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
