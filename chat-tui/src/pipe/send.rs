//! `send`: says something, or all that comes on standard input, and ends well only once all of it is
//! stored.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chat_proto::error::Error;
use chat_proto::event::AnyEvent;
use chat_proto::id::{RoomId, UserId};
use chat_proto::place::Millis;
use chat_proto::request::RoomMembers;
use chat_proto::text::MessageText;
use chat_proto::words;

use super::Failure;
use super::input::Input;
use super::sending::{Next, Sending};
use super::session::{News, Session};
use super::split::{Size, Splitter, Style};
use super::stops::{Stop, Stops};
use super::target::{Conversation, Target};
use crate::runtime::{date, now};
use crate::update::mentions;

/// How long answers are waited for that are on their way when it ends.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How often it is looked how far it is, where somebody sees it.
const LOOK_MS: Millis = 250;

/// Why it ends.
const TIME_IS_UP: &str = "The time is up.";
/// How it stands before the first message.
const NOTHING_SENT: &str = "Nothing is sent, and nothing else will be.";

/// What is asked for.
#[derive(Debug)]
pub struct Send {
    /// Where to.
    pub room: Target,
    /// What is said.
    pub source: Source,
    /// In which form.
    pub style: Style,
}

/// Where it comes from.
#[derive(Debug)]
pub enum Source {
    /// It stands on the command line.
    Text(String),
    /// It is read as it comes.
    Input(Input),
}

/// Sends it; gives how many messages it became.
///
/// # Errors
/// Why not all of it is stored, or known to be.
pub async fn send(session: &mut Session, send: Send, stops: &mut Stops) -> Result<u64, Failure> {
    let Send { room, source, style } = send;
    let opened = tokio::select! {
        biased;
        stop = stops.next() => return Err(stopped(stop, NOTHING_SENT)),
        opened = open(session, &room, style) => opened?,
    };
    let (room, people) = opened;
    let size = Size::of(session.welcome()?.limits.text);
    let mut run = Run::new(room, people, Splitter::new(size, style), source);
    let why = match run.send_all(session, stops).await {
        None => return Ok(run.sending.stored()),
        Some(why) => why,
    };
    run.last_answers(session, stops).await;
    Err(run.given_up(why))
}

/// The room, and who can be mentioned in it.
async fn open(session: &mut Session, target: &Target, style: Style) -> Result<(RoomId, BTreeMap<UserId, String>), Failure> {
    let room = target.enter(session, Conversation::Begin).await?;
    if style.code {
        return Ok((room, BTreeMap::new()));
    }
    match session.request(&RoomMembers { room: room.clone() }).await {
        Ok(reply) => {
            let people = reply.members.into_iter().map(|member| (member.user.id, member.user.name.as_str().to_owned()));
            Ok((room, people.collect()))
        }
        // Who may not know who is there mentions nobody.
        Err(Failure::Refused(_)) => Ok((room, BTreeMap::new())),
        Err(failure) => Err(failure),
    }
}

/// Why it ends before all is stored.
enum Why {
    Stopped(Stop),
    /// The reason stands with what was refused.
    Refused(Error),
    CutsTheLine,
    Failed(Failure),
}

struct Run {
    sending: Sending,
    people: BTreeMap<UserId, String>,
    /// `None` once all is read.
    splitter: Option<Splitter>,
    source: Source,
    /// Messages that have no room in the outbox yet.
    pending: VecDeque<String>,
}

impl Run {
    fn new(room: RoomId, people: BTreeMap<UserId, String>, splitter: Splitter, source: Source) -> Self {
        Self { sending: Sending::new(room), people, splitter: Some(splitter), source, pending: VecDeque::new() }
    }

    /// Sends until all is stored; gives why it could not.
    async fn send_all(&mut self, session: &mut Session, stops: &mut Stops) -> Option<Why> {
        if let Source::Text(text) = &mut self.source {
            let text = std::mem::take(text);
            self.push(&text);
            self.finish();
        }
        loop {
            // As much as keeps the window full while answers come; the rest stays where it comes from.
            let most = window(session) * 2;
            self.fill(session, most);
            if let Some(error) = self.sending.refused() {
                return Some(Why::Refused(error.clone()));
            }
            if self.is_at_the_end() {
                return None;
            }
            if self.sending.cuts_the_line() {
                return Some(Why::CutsTheLine);
            }
            self.emit(session);
            self.tell(session);
            let wants_more = self.splitter.is_some() && self.pending.is_empty() && self.sending.open() < most;
            let wait = self.wait(session);
            tokio::select! {
                biased;
                stop = stops.next() => return Some(Why::Stopped(stop)),
                news = session.next() => match news {
                    Ok(news) => self.take(news, session),
                    Err(failure) => {
                        self.sending.cut(now());
                        return Some(Why::Failed(failure));
                    }
                },
                more = more(&mut self.source), if wants_more => {
                    if let Err(failure) = self.read(more, session) {
                        return Some(Why::Failed(failure));
                    }
                }
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Whether nothing is left to be sent, or on its way.
    fn is_at_the_end(&self) -> bool {
        self.splitter.is_none() && self.pending.is_empty() && self.sending.open() == 0
    }

    /// Text came, or it is at its end.
    fn read(&mut self, more: Option<Result<String, String>>, session: &mut Session) -> Result<(), Failure> {
        match more {
            Some(text) => self.push(&text.map_err(Failure::Failed)?),
            None => {
                self.finish();
                if matches!(&self.source, Source::Input(input) if input.was_mended()) {
                    session.notes.say("Some of it was no text (UTF-8, without U+0000); U+FFFD stands in its place.");
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        self.pending.extend(self.splitter.iter_mut().flat_map(|splitter| splitter.push(text)));
    }

    fn finish(&mut self) {
        self.pending.extend(self.splitter.take().into_iter().flat_map(Splitter::finish));
    }

    fn fill(&mut self, session: &mut Session, most: usize) {
        while self.sending.open() < most {
            let Some(text) = self.pending.pop_front() else { return };
            let mentions = mentions::of(&text, &self.people);
            match MessageText::parse(text) {
                Ok(text) => self.sending.push(session.new_client_id(), text, mentions, date()),
                // The splitter knows the same limits.
                Err(reason) => session.notes.say(&format!("A message {reason}, and is left out.")),
            }
        }
    }

    fn emit(&mut self, session: &mut Session) {
        if !session.is_online() {
            return;
        }
        let due = self.sending.take_due(now(), window(session), || session.new_rid());
        due.into_iter().for_each(|emit| session.emit(emit));
    }

    fn take(&mut self, news: News, session: &mut Session) {
        match news {
            News::Offline => self.sending.cut(now()),
            News::Online | News::Synced(_) => {}
            News::Told(AnyEvent::Entries(frame)) if frame.room == *self.sending.room() => {
                self.sending.seen(session.me(), &frame.entries);
            }
            News::Told(AnyEvent::Answer(answer)) => {
                let Some(rid) = answer.rid else { return };
                match self.sending.answered(&rid, answer.outcome, now()) {
                    Ok(Next::Nothing) => {}
                    Ok(Next::Sync) => session.sync_soon(),
                    Err(sentence) => session.notes.say(&sentence),
                }
            }
            News::Told(_) => {}
        }
    }

    /// How far it is, where that is seen; what stands on the command line takes no time to speak of.
    fn tell(&self, session: &mut Session) {
        if matches!(self.source, Source::Input(_)) {
            let state = session.words();
            let (stored, open) = (self.sending.stored(), self.sending.open() + self.pending.len());
            session.notes.progress(now(), || format!("{stored} sent, {open} on their way; {state}"));
        }
    }

    /// Until something is due by the clock.
    fn wait(&self, session: &Session) -> Duration {
        let due = self.sending.due_at(now()).filter(|_| session.is_online());
        let look = session.notes.is_seen().then(|| now() + LOOK_MS);
        let at = [due, look].into_iter().flatten().min().unwrap_or(Millis::MAX);
        Duration::from_millis(at.saturating_sub(now()))
    }

    /// Nothing more is sent; what was is answered yet, if that takes no longer than a moment.
    async fn last_answers(&mut self, session: &mut Session, stops: &mut Stops) {
        stops.forget_time();
        let patience = tokio::time::sleep(LAST_ANSWERS);
        tokio::pin!(patience);
        while self.sending.awaits_answers() && session.is_online() {
            tokio::select! {
                biased;
                _ = stops.next() => return,
                news = session.next() => match news {
                    Ok(news) => self.take(news, session),
                    Err(_) => return self.sending.cut(now()),
                },
                () = &mut patience => return,
            }
        }
    }

    /// What is to be told of what was not done.
    fn given_up(&self, why: Why) -> Failure {
        let (stored, unknown) = (self.sending.stored(), self.sending.unknown());
        let done = match stored {
            0 => "Nothing is sent".to_owned(),
            1 => "One message is sent".to_owned(),
            stored => format!("{stored} messages are sent"),
        };
        let reason = match &why {
            Why::Stopped(Stop::TimeIsUp) => TIME_IS_UP.to_owned(),
            Why::Stopped(Stop::Signal(_)) => String::new(),
            Why::Refused(error) => error.message.clone(),
            Why::CutsTheLine => format!("Given up: {}.", words::CUTS_THE_LINE),
            Why::Failed(failure) => failure.sentence().to_owned(),
        };
        let told = |rest: &str| format!("{reason} {done}{rest}").trim().to_owned();
        if unknown > 0 {
            let those = if unknown == 1 { "one more was".to_owned() } else { format!("{unknown} more were") };
            return Failure::Unknown(told(&format!(
                ", and {those} not answered: it is unknown whether they are. Nothing else will be sent."
            )));
        }
        let rest = told(", and nothing else will be.");
        match why {
            Why::Stopped(stop) => stopped(stop, &format!("{done}, and nothing else will be.")),
            // What was refused was all that there was.
            Why::Refused(error) if stored == 0 && self.is_at_the_end() => Failure::Refused(error),
            Why::Refused(error) => Failure::Refused(Error { message: rest, ..error }),
            Why::Failed(Failure::NotLetIn(_)) => Failure::NotLetIn(rest),
            Why::CutsTheLine | Why::Failed(_) => Failure::Failed(rest),
        }
    }
}

/// It was to end, and nothing is unknown.
fn stopped(stop: Stop, done: &str) -> Failure {
    match stop {
        Stop::TimeIsUp => Failure::TimeIsUp(format!("{TIME_IS_UP} {done}")),
        Stop::Signal(number) => Failure::Signal(number, done.to_owned()),
    }
}

async fn more(source: &mut Source) -> Option<Result<String, String>> {
    match source {
        Source::Text(_) => None,
        Source::Input(input) => input.next().await,
    }
}

/// How many may be unanswered.
fn window(session: &Session) -> usize {
    session.welcome().map_or(1, |welcome| welcome.limits.in_flight as usize).max(1)
}
