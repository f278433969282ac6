//! What every store promises, run on each of them.

use std::sync::Arc;

use chat_proto::Code;
use chat_proto::entry::{Body, NewContent};
use chat_proto::id::{ClientId, RoomId, SessionId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, Identity, RoomName};
use chat_proto::place::Place;
use chat_proto::request::history_read::{HistoryRead, Page};
use chat_proto::request::stored::Stored;
use chat_proto::request::sync::{Cursor, RoomState};
use chat_proto::request::{
    MessageDelete, MessageEdit, MessageReact, MessageSend, RoomCreate, RoomFind, RoomJoin, RoomLeave, RoomList, RoomMarkRead, RoomSetTopic,
};
use chat_proto::text::{Emoji, MessageText, TopicText};
use chat_proto::user::{Color, User, UserKind};
use chat_server::domain::decide::Context;
use chat_server::domain::rates::Rates;
use chat_server::domain::write::{EntryRequest, Write, Written};
use chat_server::storage::memory::MemoryStore;
use chat_server::storage::sqlite::SqliteStore;
use chat_server::storage::{Batch, Committed, NewSession, NewUser, Store, TokenOwner};
use rstest::rstest;

use crate::dice::Dice;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Memory,
    Sqlite,
}

/// A store, two people, and what they need to write.
struct Bench {
    store: Arc<dyn Store>,
    random: Dice,
    rates: Rates,
    now: u64,
    lobby: RoomId,
    ada: User,
    bob: User,
    _dir: Option<tempfile::TempDir>,
}

impl Bench {
    async fn new(kind: Kind) -> Self {
        let mut random = Dice(7);
        let dir = tempfile::tempdir().unwrap();
        let (store, dir): (Arc<dyn Store>, _) = match kind {
            Kind::Memory => (Arc::new(MemoryStore::new(1_000, &mut random)), None),
            Kind::Sqlite => (Arc::new(SqliteStore::open(&dir.path().join("chat.db"), 1_000, &mut random).await.unwrap()), Some(dir)),
        };
        let lobby = store.lobby();
        let ada = store.guest(&[1; 32], &new_user("ada"), 1_000).await.unwrap();
        let bob = store.guest(&[2; 32], &new_user("bob"), 1_000).await.unwrap();
        Self { store, random, rates: Rates::new(1_000_000, 1_000_000), now: 2_000, lobby, ada, bob, _dir: dir }
    }

    async fn commit(&mut self, writes: Vec<Write>) -> Committed {
        self.now += 10;
        let mut context = Context {
            now: self.now,
            random: &mut self.random,
            rates: &mut self.rates,
            bot_rates: &mut Rates::new(1_000_000, 1_000_000),
            questions: &mut Rates::new(1_000_000, 1_000_000),
        };
        self.store.commit(&Batch { writes, marks: Vec::new() }, &mut context).await.unwrap()
    }

    async fn one(&mut self, author: &User, request: EntryRequest) -> Result<Stored, chat_proto::Error> {
        let committed = self.commit(vec![Write::new(author.clone(), request)]).await;
        committed.outcomes.into_iter().next().unwrap().map(|written| match written {
            Written::Stored(stored) => stored,
            Written::Created(created) => created.stored,
        })
    }

    async fn say(&mut self, author: &User, id: &str, text: &str) -> Stored {
        let request = say(&self.lobby, id, None, text);
        self.one(author, request).await.unwrap()
    }

    async fn mark(
        &mut self,
        user: &User,
        place: Place,
        unread: bool,
    ) -> Result<chat_proto::request::room_mark_read::ReadPosition, chat_proto::Error> {
        let mark = RoomMarkRead { room: self.lobby.clone(), place, unread };
        let mut context = Context {
            now: self.now,
            random: &mut self.random,
            rates: &mut self.rates,
            bot_rates: &mut Rates::new(1_000_000, 1_000_000),
            questions: &mut Rates::new(1_000_000, 1_000_000),
        };
        let batch = Batch { writes: Vec::new(), marks: vec![(user.id.clone(), mark)] };
        self.store.commit(&batch, &mut context).await.unwrap().marks.remove(0)
    }

    async fn page(&self, reader: &User, change: impl FnOnce(&mut HistoryRead)) -> Result<Page, chat_proto::Error> {
        let mut request = HistoryRead { room: self.lobby.clone(), before: None, after: None, around: None, place: None, limit: None };
        change(&mut request);
        self.store.page(reader, &request, &Limits::default()).await.unwrap()
    }

    async fn state(&self, reader: &User) -> RoomState {
        self.store.rooms_of(reader, &[]).await.unwrap().remove(0)
    }

    async fn place(&self, stored: &Stored) -> Place {
        Place { epoch: self.state(&self.ada).await.epoch, seq: stored.seq, id: stored.id.clone() }
    }
}

fn new_user(name: &str) -> NewUser {
    NewUser {
        id: UserId::parse(format!("user-{name}-{}", name.len())).unwrap(),
        name: DisplayName::parse(name).unwrap(),
        color: Color::parse("#7aa2f7").unwrap(),
        taken: Arc::default(),
    }
}

fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

fn content(text: &str) -> NewContent {
    NewContent::text(MessageText::parse(text).unwrap())
}

fn send(room: &RoomId, client_id: &str, after: Option<&str>, text: &str) -> MessageSend {
    MessageSend {
        room: room.clone(),
        client_id: id(client_id),
        after: after.map(id),
        content: content(text),
        mentions: Vec::new(),
        reply_to: None,
    }
}

fn say(room: &RoomId, client_id: &str, after: Option<&str>, text: &str) -> EntryRequest {
    EntryRequest::Send(send(room, client_id, after, text))
}

fn react(room: &RoomId, client_id: &str, target: Place, on: bool) -> EntryRequest {
    EntryRequest::React(MessageReact {
        room: room.clone(),
        client_id: id(client_id),
        after: None,
        target,
        emoji: Emoji::parse("👍").unwrap(),
        on,
    })
}

fn texts(page: &Page) -> Vec<&str> {
    let text = |entry: &'_ chat_proto::entry::Entry| match &entry.body {
        Body::Message(_) => true,
        _ => {
            assert!(entry.body.draws_line());
            false
        }
    };
    let messages = page.entries.iter().filter(|entry| text(entry));
    messages.map(|entry| if let Body::Message(message) = &entry.body { message.content.text.as_str() } else { "" }).collect()
}

fn codes(committed: &Committed) -> Vec<Option<Code>> {
    committed.outcomes.iter().map(|outcome| outcome.as_ref().err().map(|error| error.code)).collect()
}

mod accounts;
mod bots;
mod deleted_rooms;
mod friends;
mod marks;
mod messages;
mod people;
mod private_rooms;
mod rooms;
mod search;
mod visits;
