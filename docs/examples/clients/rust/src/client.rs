//! The conversation with the server: join, read back, listen, send.

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::time::{Duration, Instant};

use chat_proto::entry::Entry;
use chat_proto::error::{Code, Error, Retry};
use chat_proto::event::{Answer, AnyEvent, Entries, Outcome, Welcome};
use chat_proto::handshake::{Auth, Versions};
use chat_proto::id::{Rid, RoomId, ServerId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::request::history_read::Page;
use chat_proto::request::room_list::RoomSummary;
use chat_proto::request::stored::Stored;
use chat_proto::request::sync::{Cursor, SyncReply};
use chat_proto::request::{AnyRequest, HistoryRead, MessageSend, Request, RoomFind, RoomJoin, SyncRequest};
use chat_proto::text::{ClientName, MessageText};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use crate::connection::{Connection, Tell, What};
use crate::outbox::{Outbox, random};
use crate::screen::{say, show};
use crate::timeline::Timeline;

/// Every request is answered: after so long without, the line is dead.
const ANSWER: Duration = Duration::from_secs(20);
/// How many entries it reads back.
const READ_BACK: usize = 1_000;

/// A client of one room.
pub struct Client {
    url: String,
    room_name: RoomName,
    name: DisplayName,
    outbox: Outbox,
    // The connection, and its requests without an answer by `rid`.
    tell: Tell,
    connection: Option<Connection>,
    connections: u64,
    online: bool,
    asked: HashMap<String, Asked>,
    tries: u32,
    reconnect_at: Option<Instant>,
    welcome_by: Option<Instant>,
    next_sync: Instant,
    // What `welcome` told, and the room.
    me: Option<Me>,
    room: Option<RoomId>,
    timeline: Option<Timeline>,
    behind: u32,
    // The input.
    tell_line: Sender<Option<String>>,
    reading: bool,
    ended: bool,
    refused: bool,
}

/// Who we are to which server, and what that one allows.
#[derive(Clone)]
struct Me {
    server: ServerId,
    user: UserId,
    limits: Limits,
}

/// A request without an answer: when it was sent, and when it is to be sent again, if it is.
struct Asked {
    request: AnyRequest,
    payload: Value,
    at: Instant,
    again: Option<Instant>,
}

/// The end of the program: its code, and why.
pub struct Quit(pub u8, pub String);

impl From<io::Error> for Quit {
    fn from(error: io::Error) -> Self {
        Self(1, error.to_string())
    }
}

/// What every step gives.
pub type Done = Result<(), Quit>;

impl Client {
    /// A client that is not connected yet.
    pub fn new(
        url: String,
        host: &str,
        room_name: RoomName,
        name: DisplayName,
        tell: Tell,
        tell_line: Sender<Option<String>>,
    ) -> io::Result<Self> {
        let outbox = Outbox::new(format!("{name}@{host}").replace(['/', '\\', ':'], "_").into())?;
        let now = Instant::now();
        Ok(Self {
            url,
            room_name,
            name,
            outbox,
            tell,
            connection: None,
            connections: 0,
            online: false,
            asked: HashMap::new(),
            tries: 0,
            reconnect_at: Some(now),
            welcome_by: None,
            next_sync: now,
            me: None,
            room: None,
            timeline: None,
            behind: 0,
            tell_line,
            reading: false,
            ended: false,
            refused: false,
        })
    }

    // ---- Join ----

    async fn connect(&mut self) -> Done {
        self.reconnect_at = None;
        self.welcome_by = Some(Instant::now() + ANSWER);
        let auth = Auth {
            token: Some(self.outbox.token()?),
            guest: Some(self.name.clone()),
            client: ClientName::parse("example-rust/1").ok(),
            protocol: Some(Versions::One(chat_proto::PROTOCOL)),
        };
        // A new connection each time: what is asked on one is not meant for the next.
        self.connections += 1;
        match Connection::open(self.connections, &self.url, &auth, self.tell.clone()).await {
            Ok(connection) => self.connection = Some(connection),
            Err(reason) => self.down(&reason, None)?,
        }
        Ok(())
    }

    /// The server refuses the connection, or is about to end it.
    fn closed(&mut self, error: Error) -> Done {
        if error.is_final() {
            return Err(Quit(1, error.message));
        }
        self.down(&error.message, error.retry_after_ms.map(Duration::from_millis))
    }

    /// The connection is over. What has no answer is asked again on the next one.
    fn down(&mut self, reason: &str, wait: Option<Duration>) -> Done {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
        self.online = false;
        self.asked.clear();
        self.welcome_by = None;
        let own = Duration::from_millis(250 << self.tries.min(5)).mul_f64(0.5 + dice()?);
        self.tries += u32::from(wait.is_none());
        let wait = wait.unwrap_or(own);
        say(&format!("reconnecting in {:.1} s: {reason}", wait.as_secs_f64()));
        self.reconnect_at = Some(Instant::now() + wait);
        Ok(())
    }

    /// Nothing is sent before this. What is kept belongs to the pair of server and user told here.
    async fn welcome(&mut self, welcome: Welcome) -> Done {
        say(&format!("connected as {}", welcome.user.name));
        self.welcome_by = None;
        let me = Me { server: welcome.server.id, user: welcome.user.id, limits: welcome.limits };
        if self.me.as_ref().is_none_or(|before| (&before.server, &before.user) != (&me.server, &me.user)) {
            (self.room, self.timeline) = (None, None);
        }
        let others = self.outbox.open(&me.server, &me.user, me.limits.in_flight as usize)?;
        if others > 0 {
            let folder = self.outbox.folder.display();
            say(&format!("{others} lines in {folder} wait for another server or user, and are not sent"));
        }
        self.me = Some(me);
        match self.room {
            None => self.ask("find", RoomFind { name: self.room_name.clone() }).await,
            Some(_) => self.sync().await,
        }
    }

    /// Asks where the room stands: on each connection, from time to time, and where something is odd.
    async fn sync(&mut self) -> Done {
        let (Some(me), Some(room), false) = (&self.me, &self.room, self.asked.contains_key("sync")) else { return Ok(()) };
        self.next_sync = Instant::now() + Duration::from_millis(me.limits.sync_ms.into()).mul_f64(0.75 + dice()? / 2.0);
        let place = self.timeline.as_ref().and_then(Timeline::place);
        let cursor = place.map(|place| Cursor { room: room.clone(), epoch: place.epoch, seq: place.seq, id: place.id });
        self.ask("sync", SyncRequest { cursors: cursor.into_iter().collect(), show: Vec::new() }).await
    }

    async fn synced(&mut self, reply: SyncReply) -> Done {
        let (Some(me), Some(id)) = (&self.me, &self.room) else { return Ok(()) };
        let Some(state) = reply.rooms.into_iter().find(|state| state.room.id == *id) else {
            return Err(Quit(1, format!("You are in {} no longer.", self.room_name)));
        };
        let (epoch, head) = (state.epoch, state.head.seq);
        // A log that was made anew, or that went on for too long without us, is read from its end again.
        let too_far = |seq| !self.online && head.saturating_sub(seq) > me.limits.catch_up.into();
        let held = self.timeline.take().filter(|held| !state.reset && !too_far(held.seq) && held.epoch == epoch);
        let timeline = self.timeline.insert(held.unwrap_or_else(|| Timeline::new(epoch, head, READ_BACK)));
        timeline.head = timeline.head.max(head);
        self.tries = 0;
        self.online = true;
        self.read().await?;
        self.read_input();
        self.pump().await
    }

    // ---- Ask ----

    /// Sends a request. It is answered once, by an `answer` with the same `rid`.
    async fn ask<R: Request + Into<AnyRequest>>(&mut self, rid: &str, request: R) -> Done {
        let mut payload = serde_json::to_value(&request).map_err(io::Error::from)?;
        payload["rid"] = rid.into();
        let asked = Asked { request: request.into(), payload, at: Instant::now(), again: None };
        if let Some(connection) = &self.connection {
            connection.emit(R::NAME, asked.payload.clone()).await;
        }
        self.asked.insert(rid.to_owned(), asked);
        Ok(())
    }

    async fn answer(&mut self, answer: Answer) -> Done {
        let rid = answer.rid.map(Rid::into).unwrap_or_default();
        let Some(asked) = self.asked.remove(&rid) else { return Ok(()) };
        let ok = match (answer.outcome, &asked.request) {
            (outcome, AnyRequest::MessageSend(send)) => return self.sent(send, outcome).await,
            (Outcome::Error(error), _) => return self.not_done(rid, asked, error).await,
            (Outcome::Ok(ok), _) => ok,
        };
        match asked.request {
            AnyRequest::RoomFind(_) => {
                // Joining changes nothing for a member, and so does no harm when it is done again.
                let (room, client_id) = (read::<RoomSummary>(ok)?.room.id, self.outbox.new_id()?);
                self.ask("join", RoomJoin { room, client_id, after: None, code: None }).await
            }
            AnyRequest::RoomJoin(join) => {
                self.room = Some(join.room);
                self.sync().await
            }
            AnyRequest::SyncRequest(_) => self.synced(read(ok)?).await,
            AnyRequest::HistoryRead(_) => self.page(read(ok)?).await,
            _ => Ok(()),
        }
    }

    async fn not_done(&mut self, rid: String, mut asked: Asked, error: Error) -> Done {
        if error.code == Code::EpochChanged {
            return self.sync().await;
        }
        if error.is_final() {
            return Err(Quit(1, error.message));
        }
        asked.again = Some(Instant::now() + Duration::from_millis(error.retry_after_ms.unwrap_or(1_000)));
        self.asked.insert(rid, asked);
        Ok(())
    }

    // ---- Listen and read back ----

    async fn entries(&mut self, frame: Entries) -> Done {
        self.settle_own(&frame.entries);
        let Some(timeline) = self.timeline.as_mut().filter(|_| self.room.as_ref() == Some(&frame.room)) else { return Ok(()) };
        if frame.epoch != timeline.epoch || frame.entries.is_empty() {
            return self.sync().await;
        }
        timeline.live(frame.entries);
        self.show_news()
    }

    /// Asks for what is missing.
    async fn read(&mut self) -> Done {
        let (Some(room), Some(timeline), false) = (&self.room, &self.timeline, self.asked.contains_key("page")) else { return Ok(()) };
        if !timeline.is_behind() {
            return Ok(());
        }
        let (after, place) = (Some(timeline.seq), timeline.place());
        let request = HistoryRead { room: room.clone(), before: None, after, around: None, place, limit: None };
        self.ask("page", request).await
    }

    async fn page(&mut self, page: Page) -> Done {
        self.settle_own(&page.entries);
        if let Some(timeline) = &mut self.timeline {
            timeline.page(page);
        }
        self.show_news()?;
        self.read().await
    }

    fn show_news(&mut self) -> Done {
        for line in self.timeline.iter_mut().flat_map(Timeline::news) {
            show(&line)?;
        }
        Ok(())
    }

    // ---- Send ----

    /// Begins to take lines, now that it is known whose they are.
    fn read_input(&mut self) {
        if std::mem::replace(&mut self.reading, true) {
            return;
        }
        let tell = self.tell_line.clone();
        // Reading blocks, and so has a thread of its own; it goes on when the line is taken.
        std::thread::spawn(move || {
            for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                tell.blocking_send(Some(line)).ok();
            }
            tell.blocking_send(None).ok();
        });
    }

    /// A line, or the end of them.
    pub async fn line(&mut self, line: Option<String>) -> Done {
        let Some(line) = line else {
            self.ended = true;
            return Ok(());
        };
        let (Some(me), Some(room), false) = (self.me.clone(), self.room.clone(), line.trim().is_empty()) else { return Ok(()) };
        match MessageText::parse(line.as_str()) {
            Ok(text) => self.outbox.add(me.server, me.user, room, text)?,
            // What the server would never take is not sent in the first place.
            Err(reason) => {
                say(&format!("not sent: {line} (it {reason})"));
                self.refused = true;
            }
        }
        self.pump().await
    }

    /// Sends what is due, between `welcome` and the end of the connection alone.
    async fn pump(&mut self) -> Done {
        if self.online {
            for request in self.outbox.due(Instant::now()) {
                self.ask(request.client_id.clone().as_ref(), request).await?;
            }
        }
        Ok(())
    }

    async fn sent(&mut self, send: &MessageSend, outcome: Outcome) -> Done {
        match outcome {
            Outcome::Error(error) if !error.is_final() => {
                // The code as it stands on the wire.
                let code = serde_json::to_value(error.code).map_err(io::Error::from)?;
                say(&format!("sent again in a moment: {}", code.as_str().unwrap_or_default()));
                self.outbox.later(&send.client_id, &error, Instant::now());
                return if error.retry == Retry::Now { self.sync().await } else { Ok(()) };
            }
            Outcome::Error(error) => {
                if self.outbox.settle(&send.client_id) {
                    say(&format!("not sent: {} ({})", send.content.text, error.message));
                    self.refused = true;
                }
            }
            Outcome::Ok(ok) => {
                let stored: Stored = read(ok)?;
                self.outbox.settle(&send.client_id);
                // Its entry is under way; should it be lost, a page brings it.
                if let Some(timeline) = self.timeline.as_mut().filter(|_| self.room.as_ref() == Some(&send.room)) {
                    timeline.head = timeline.head.max(stored.seq);
                }
            }
        }
        self.pump().await
    }

    /// An own entry is as good as the answer, and may come first.
    fn settle_own(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| self.me.as_ref().is_some_and(|me| me.user == entry.author.id)) {
            self.outbox.settle(&entry.client_id);
        }
    }

    // ---- What time brings ----

    pub async fn tick(&mut self) -> Done {
        let now = Instant::now();
        if self.reconnect_at.is_some_and(|at| now >= at) {
            return self.connect().await;
        }
        let late = self.asked.values().any(|asked| asked.again.is_none() && now >= asked.at + ANSWER);
        if late || self.welcome_by.is_some_and(|by| now >= by) {
            return self.down("the server does not answer", None);
        }
        for asked in self.asked.values_mut().filter(|asked| asked.again.is_some_and(|again| now >= again)) {
            (asked.at, asked.again) = (now, None);
            if let Some(connection) = &self.connection {
                connection.emit(asked.request.name(), asked.payload.clone()).await;
            }
        }
        if !self.online {
            return Ok(());
        }
        if now >= self.next_sync {
            self.sync().await?;
        }
        // What is missing may still be under way: some ticks of patience.
        let is_behind = self.timeline.as_ref().is_none_or(Timeline::is_behind);
        self.behind = if is_behind { self.behind + 1 } else { 0 };
        if self.behind > 2 {
            self.read().await?;
        }
        self.pump().await?;
        if self.ended && self.outbox.is_empty() && !is_behind { Err(Quit(self.refused.into(), String::new())) } else { Ok(()) }
    }

    /// What a connection tells. What an earlier one still tells is no matter any more.
    pub async fn happened(&mut self, number: u64, what: What) -> Done {
        if self.connection.as_ref().is_none_or(|connection| connection.number != number) {
            return Ok(());
        }
        match what {
            What::Heard(AnyEvent::Welcome(welcome)) => self.welcome(*welcome).await,
            What::Heard(AnyEvent::Entries(frame)) => self.entries(*frame).await,
            What::Heard(AnyEvent::Answer(answer)) => self.answer(*answer).await,
            What::Heard(AnyEvent::Closing(closing)) => self.closed(closing.error),
            What::Heard(_) => Ok(()),
            What::Refused(error) => self.closed(error),
            What::Down(reason) => self.down(&reason, None),
        }
    }
}

/// Reads what the server replied.
fn read<T: DeserializeOwned>(ok: Value) -> Result<T, Quit> {
    serde_json::from_value(ok).map_err(|error| Quit(1, format!("The server's reply cannot be read: {error}")))
}

/// A number between 0 and 1.
fn dice() -> io::Result<f64> {
    Ok(f64::from(u32::from_ne_bytes(random()?)) / f64::from(u32::MAX))
}
