//! A connection without a screen, under the same rules of opening, silence and coming back as the
//! client on the screen ([`Link`](link::Link)). It tells what comes, and when it is lost and back.

use std::collections::BTreeMap;
use std::time::Duration;

use chat_proto::Request;
use chat_proto::error::{Error, Retry};
use chat_proto::event::{Answer, AnyEvent, Entries, Outcome, Welcome};
use chat_proto::id::{ClientId, Epoch, Rid, RoomId, UserId};
use chat_proto::place::{Millis, Seq};
use chat_proto::request::SyncRequest;
use chat_proto::request::sync::SyncReply;
use chat_proto::user::UserKind;
use chat_proto::words;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::notes::Notes;
use super::who::Who;
use super::{Failure, Settings};
use crate::effect::Emit;
use crate::event::Link as Report;
use crate::network::Network;
use crate::runtime::{date, now};
use crate::state::link::{Due, Farewell, Link};
use crate::state::random::Random;
use crate::storage::Pair;

/// The shortest wait before a request is made again that was answered with "later".
const SHORTEST_MS: Millis = 250;

/// The line is lost that was there.
const LINE_IS_LOST: &str = "The line is lost: {reason}. It is tried again.";
/// It is there again.
const BACK_AGAIN: &str = "The line is back.";
/// A token is worth nothing any more.
const SIGN_IN_AGAIN: &str = "The server does not know this token, or its session has ended. chat-tui login NAME signs in again.";
/// Another database, or another person, answers at the same address.
const SOMEBODY_ELSE: &str =
    "At this address you are somebody else now, or it is another server's. Nothing more is done under another name.";

/// A connection to a server, through all that interrupts it.
pub struct Session {
    /// What is told beside the work.
    pub notes: Notes,
    settings: Settings,
    who: Who,
    network: Network,
    reports: UnboundedReceiver<(u64, Report)>,
    link: Link,
    random: Random,
    rids: u64,
    /// Whose connection it was first: what was to be done as somebody is not done as somebody else.
    pair: Option<Pair>,
    welcome: Option<Box<Welcome>>,
    /// The newest entry of each room that was told on this connection.
    heads: BTreeMap<RoomId, (Epoch, Seq)>,
    /// When it is asked where all rooms stand, and the question that is open.
    sync_at: Millis,
    sync: Option<Rid>,
    /// It was told that there is no connection.
    told: bool,
}

/// What came.
#[derive(Debug)]
pub enum News {
    /// There is a connection; [`Session::welcome`] tells what the server said first.
    Online,
    /// The connection is lost. Another one is being made.
    Offline,
    /// Where all rooms stand. It is asked every half minute or so: what was lost at the end of a room
    /// is found by it, and a connection that is silent is a dead one.
    Synced(SyncReply),
    /// Another event of the protocol.
    Told(AnyEvent),
}

impl Session {
    /// A connection that begins once it is asked what came.
    #[must_use]
    pub fn new(settings: Settings, who: Who, notes: Notes) -> Self {
        let (report, reports) = unbounded_channel();
        let network = Network::new(settings.url.clone(), report);
        let random = Random::new(settings.seed);
        let (link, heads) = (Link::default(), BTreeMap::new());
        let (pair, welcome, sync) = (None, None, None);
        Self { notes, settings, who, network, reports, link, random, rids: 0, pair, welcome, heads, sync_at: 0, sync, told: false }
    }

    /// Waits for what comes next. It may be dropped and called again: nothing is missed.
    ///
    /// # Errors
    /// When no other connection would help.
    pub async fn next(&mut self) -> Result<News, Failure> {
        loop {
            if self.link.number == 0 {
                self.open();
            }
            match self.link.due(now()) {
                Some(Due::Open) => self.open(),
                Some(Due::Down) => {
                    if let Some(news) = self.down("it says nothing any more", Farewell::Later(None))? {
                        return Ok(news);
                    }
                }
                None => {}
            }
            if self.is_online() && self.sync_at <= now() {
                self.ask_sync();
            }
            let sync_at = Some(self.sync_at).filter(|_| self.is_online());
            let due_at = [self.link.due_at(), sync_at].into_iter().flatten().min();
            let wait = Duration::from_millis(due_at.unwrap_or(Millis::MAX).saturating_sub(now()));
            tokio::select! {
                biased;
                report = self.reports.recv() => {
                    let Some((number, report)) = report else { return Err(Failure::Failed("The connection is gone.".to_owned())) };
                    if number == self.link.number
                        && let Some(news) = self.take(report)?
                    {
                        return Ok(news);
                    }
                }
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Whether requests can be sent.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.link.is_online()
    }

    /// Its state in the words that people know.
    #[must_use]
    pub fn words(&self) -> String {
        self.link.words(now())
    }

    /// Waits until there is a connection.
    ///
    /// # Errors
    /// When there will be none.
    pub async fn online(&mut self) -> Result<&Welcome, Failure> {
        while !self.is_online() {
            self.next().await?;
        }
        self.welcome()
    }

    /// What the server said at the beginning of this connection, or of the last one.
    ///
    /// # Errors
    /// When there was none yet.
    pub fn welcome(&self) -> Result<&Welcome, Failure> {
        self.welcome.as_deref().ok_or_else(|| Failure::Failed("The server has not said anything yet.".to_owned()))
    }

    /// Who this is, once the server told.
    #[must_use]
    pub fn me(&self) -> Option<&UserId> {
        self.welcome.as_ref().map(|welcome| &welcome.user.id)
    }

    /// Whether nobody knows this guest again on the next connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.who.passing.is_some()
    }

    /// The newest entry of a room that was told of since this connection began, beside its `welcome`.
    #[must_use]
    pub fn newest(&self, room: &RoomId, epoch: &Epoch) -> Seq {
        self.heads.get(room).filter(|(of, _)| of == epoch).map_or(0, |(_, seq)| *seq)
    }

    /// Where all rooms stand is asked at once.
    pub fn sync_soon(&mut self) {
        self.sync_at = 0;
    }

    /// A new name for a request.
    pub fn new_rid(&mut self) -> Rid {
        self.rids += 1;
        Rid::parse(self.rids.to_string()).unwrap_or_else(|_| unreachable!("digits are visible ASCII"))
    }

    /// A new id for a request that writes an entry.
    pub fn new_client_id(&mut self) -> ClientId {
        self.random.client_id(date())
    }

    /// Sends a request; off line it is lost.
    pub fn emit(&mut self, emit: Emit) {
        if self.is_online() {
            self.network.emit(emit);
        }
    }

    /// Asks something; the answer comes among the [news](Self::next), under the name that is given back.
    pub fn ask<R: Request>(&mut self, request: &R) -> Rid {
        let rid = self.new_rid();
        self.emit(Emit::new(rid.clone(), request));
        rid
    }

    /// Asks until there is a final answer, on as many connections as that takes. What else comes
    /// meanwhile is passed over, so this is for beginnings.
    ///
    /// # Errors
    /// The server's refusal; what [`next`](Self::next) gives.
    pub async fn request<R: Request>(&mut self, request: &R) -> Result<R::Reply, Failure> {
        let mut delays = 0_u32;
        loop {
            self.online().await?;
            let rid = self.ask(request);
            let outcome = loop {
                match self.next().await? {
                    News::Told(AnyEvent::Answer(answer)) if answer.rid.as_ref() == Some(&rid) => break Some(answer.outcome),
                    News::Told(_) | News::Synced(_) => {}
                    News::Online | News::Offline => break None,
                }
            };
            let wait = match outcome {
                None => continue,
                Some(Outcome::Ok(value)) => {
                    let unreadable = |error| Failure::Failed(format!("The server's answer to {} cannot be read: {error}.", R::NAME));
                    return serde_json::from_value(value).map_err(unreadable);
                }
                Some(Outcome::Error(error)) if error.is_final() => return Err(Failure::Refused(error)),
                Some(Outcome::Error(error)) => later(&error, delays),
            };
            delays += 1;
            self.pass(wait).await?;
        }
    }

    /// Lets so much time pass while the connection is looked after.
    async fn pass(&mut self, wait: Millis) -> Result<(), Failure> {
        let until = tokio::time::Instant::now() + Duration::from_millis(wait);
        loop {
            tokio::select! {
                news = self.next() => drop(news?),
                () = tokio::time::sleep_until(until) => return Ok(()),
            }
        }
    }

    /// Closes the connection after what was sent on it has left.
    pub fn finish(&mut self) {
        self.notes.clear();
        self.network.finish();
    }

    fn open(&mut self) {
        let number = self.link.open(now());
        self.network.connect(number, &self.who.credentials.auth(self.who.passing.as_ref()));
    }

    fn take(&mut self, report: Report) -> Result<Option<News>, Failure> {
        self.link.heard_at = now();
        match report {
            Report::Refused(error) => {
                let message = error.message.clone();
                self.down(&message, Farewell::of(error))
            }
            Report::Down(reason) => self.down(&reason, Farewell::Later(None)),
            Report::Unreadable(what) => {
                self.notes.say(&format!("The server said something that this program cannot read: {what}"));
                Ok(None)
            }
            Report::Wire(AnyEvent::Welcome(welcome)) => self.welcomed(welcome).map(Some),
            Report::Wire(AnyEvent::Closing(closing)) => {
                let message = closing.error.message.clone();
                self.down(&message, Farewell::of(closing.error))
            }
            Report::Wire(event) => {
                if let AnyEvent::Entries(entries) = &event {
                    self.note_head(entries);
                }
                match self.sync.take_if(|rid| answer_to(&event, rid).is_some()) {
                    Some(_) => Ok(synced(event)),
                    // Before `welcome` there is nobody whose news it would be.
                    None => Ok(self.is_online().then_some(News::Told(event))),
                }
            }
        }
    }

    fn ask_sync(&mut self) {
        self.put_off_sync();
        self.sync = Some(self.ask(&SyncRequest::default()));
    }

    fn put_off_sync(&mut self) {
        let period = self.welcome.as_ref().map_or(30_000, |welcome| Millis::from(welcome.limits.sync_ms));
        self.sync_at = now() + self.random.between(period * 4 / 5, period + 1);
    }

    fn note_head(&mut self, Entries { room, epoch, entries }: &Entries) {
        if let Some(last) = entries.last() {
            let known = self.heads.entry(room.clone()).or_insert_with(|| (epoch.clone(), 0));
            *known = if known.0 == *epoch { (epoch.clone(), known.1.max(last.seq)) } else { (epoch.clone(), last.seq) };
        }
    }

    fn welcomed(&mut self, welcome: Box<Welcome>) -> Result<News, Failure> {
        let first = !self.link.was_online;
        self.link.welcomed(now());
        let pair = (welcome.server.id.clone(), welcome.user.id.clone());
        let same = |known: &Pair| known.0 == pair.0 && (self.is_passing() || known.1 == pair.1);
        if self.pair.as_ref().is_some_and(|known| !same(known)) {
            return Err(Failure::Failed(SOMEBODY_ELSE.to_owned()));
        }
        self.pair = Some(pair);
        self.sync = None;
        if first {
            self.greet(&welcome);
        } else if std::mem::take(&mut self.told) {
            self.notes.say(BACK_AGAIN);
        }
        self.told = false;
        self.welcome = Some(welcome);
        self.put_off_sync();
        Ok(News::Online)
    }

    /// What is to be known about who one came as.
    fn greet(&mut self, welcome: &Welcome) {
        let is_guest = welcome.user.kind == UserKind::Guest;
        if is_guest && !self.settings.private_line {
            self.notes.say(words::PLAIN_HTTP_GUEST);
        }
        let name = welcome.user.name.as_str();
        if let Some(wished) = self.who.new.as_ref().filter(|wished| is_guest && wished.as_str() != name) {
            self.notes.say(&words::fill(words::NAME_WAS_TAKEN, &[("wished", wished.as_str()), ("name", name)]));
        }
    }

    /// The connection is gone, or came to nothing.
    fn down(&mut self, reason: &str, farewell: Farewell) -> Result<Option<News>, Failure> {
        let was_online = self.link.forget();
        self.network.disconnect();
        self.heads.clear();
        match farewell {
            Farewell::Never(message) => return Err(Failure::NotLetIn(message)),
            Farewell::SignedOut => return Err(Failure::NotLetIn(SIGN_IN_AGAIN.to_owned())),
            Farewell::Later(after) => self.link.wait(after, now(), &mut self.random),
        }
        // Told once, however many attempts it takes.
        if !std::mem::replace(&mut self.told, true) {
            self.link.reason = Some(reason.to_owned());
            let lost = || words::fill(LINE_IS_LOST, &[("reason", reason.trim_end_matches('.'))]);
            let sentence = self.link.unreached(&self.settings.url).unwrap_or_else(lost);
            self.notes.say(&sentence);
        }
        Ok(was_online.then_some(News::Offline))
    }
}

/// The answer to our own question; one that was refused is asked again in its time.
fn synced(event: AnyEvent) -> Option<News> {
    let AnyEvent::Answer(answer) = event else { return None };
    match answer.outcome {
        Outcome::Ok(value) => serde_json::from_value(value).ok().map(News::Synced),
        Outcome::Error(_) => None,
    }
}

/// How long to wait after such an answer.
fn later(error: &Error, delays: u32) -> Millis {
    let own = if error.retry == Retry::Now && delays == 0 { SHORTEST_MS } else { SHORTEST_MS << delays.min(5) };
    error.retry_after_ms.unwrap_or(own).max(SHORTEST_MS)
}

/// The answer to that request, if it is one.
#[must_use]
pub fn answer_to<'a>(event: &'a AnyEvent, rid: &Rid) -> Option<&'a Outcome> {
    match event {
        AnyEvent::Answer(answer) => {
            let Answer { rid: of, outcome } = &**answer;
            (of.as_ref() == Some(rid)).then_some(outcome)
        }
        _ => None,
    }
}
