//! Following rooms on a connection: their logs one after the other as far as they go, and then, where
//! that is wanted, live.

use std::ops::ControlFlow;
use std::time::Duration;

use chat_proto::event::{AnyEvent, Outcome};
use chat_proto::id::Rid;
use chat_proto::place::{Millis, Seq};
use chat_proto::request::SyncRequest;
use chat_proto::request::history_read::Page;
use chat_proto::request::sync::{RoomState, SyncReply};

use super::Failure;
use super::follow::{Batch, Begin, Follow, Refusal};
use super::output::{End, Output};
use super::session::{News, Session};
use super::since::Moment;
use super::stops::{Stop, Stops};
use super::target::{Conversation, Target};
use crate::runtime::now;

/// What a verb does with what comes.
pub trait Reader {
    /// A room's log is read from here on.
    fn begin(&mut self, room: &Followed, state: &RoomState, output: &mut Output);

    /// What of it is next. A break ends the reading.
    fn take(&mut self, room: &Followed, batch: &Batch, output: &mut Output) -> ControlFlow<()>;

    /// The log is another one now.
    ///
    /// # Errors
    /// Where that makes what was read worthless.
    fn anew(&mut self, room: &Followed, session: &mut Session) -> Result<(), Failure>;
}

/// A room that is followed.
#[derive(Debug)]
pub struct Followed {
    /// What it was called on the command line.
    pub target: Target,
    /// How far its log is read.
    pub follow: Follow,
    /// The page that is under way.
    asked: Option<Rid>,
}

/// How the reading ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// All is read that there is, and more was not wanted.
    AtTheEnd,
    /// The reader has what it wanted.
    Enough,
    /// Nobody reads the output any more.
    ReaderGone,
    /// It was to end.
    Stopped(Stop),
}

/// Reads rooms from there on, as far as they go or, with `live`, until something ends it.
///
/// # Errors
/// What a [`Session`] gives; when there is no such room, or none any more; when nothing can be printed.
pub async fn read(
    session: &mut Session,
    targets: Vec<Target>,
    start: Start,
    live: bool,
    output: &mut Output,
    stops: &mut Stops,
    reader: &mut impl Reader,
) -> Result<Ended, Failure> {
    let opened = tokio::select! {
        biased;
        stop = stops.next() => return Ok(Ended::Stopped(stop)),
        end = output.end() => return end.map(ended),
        opened = open(session, targets, start) => opened?,
    };
    let mut reading = Reading { rooms: Vec::new(), waiting: opened, live };
    reading.waiting.reverse();
    loop {
        if reading.go_on(session, output, reader) {
            return Ok(Ended::AtTheEnd);
        }
        let wait = reading.due_at(output).map(|at| Duration::from_millis(at.saturating_sub(now())));
        let due = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let (room, is_full) = (output.room(), !output.has_room());
        let news = tokio::select! {
            biased;
            stop = stops.next() => return Ok(Ended::Stopped(stop)),
            end = output.end() => return end.map(ended),
            news = session.next() => news?,
            () = room, if is_full => continue,
            () = due => continue,
        };
        let taken = tokio::select! {
            biased;
            stop = stops.next() => return Ok(Ended::Stopped(stop)),
            taken = reading.take(news, session, output, reader) => taken?,
        };
        if taken.is_break() {
            return Ok(Ended::Enough);
        }
    }
}

/// Where to begin, as a command line says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At a place of the log.
    Place(Begin),
    /// At a time; or so many lines before the end, if that is later.
    Since(Moment, Option<u32>),
}

impl Start {
    /// What it is when the server's clock says `now`.
    fn begin(self, now: Millis) -> Begin {
        match self {
            Self::Place(begin) => begin,
            Self::Since(moment, None) => Begin::Since(moment.millis(now)),
            Self::Since(moment, Some(lines)) => Begin::LastSince(lines, moment.millis(now)),
        }
    }
}

fn ended(end: End) -> Ended {
    match end {
        End::ReaderGone | End::Written => Ended::ReaderGone,
    }
}

/// A room whose turn has not come.
struct Opened {
    state: RoomState,
    room: Followed,
}

async fn open(session: &mut Session, targets: Vec<Target>, start: Start) -> Result<Vec<Opened>, Failure> {
    let begin = start.begin(session.online().await?.time);
    let mut ids = Vec::new();
    for target in targets {
        let id = target.enter(session, Conversation::MustExist).await?;
        if !ids.iter().any(|(known, _)| *known == id) {
            ids.push((id, target));
        }
    }
    // Where they stand now that all of them are entered.
    let sync = session.request(&SyncRequest::default()).await?;
    let mut opened = Vec::new();
    for (id, target) in ids {
        let state = sync.rooms.iter().find(|state| state.room.id == id).ok_or_else(|| no_longer(&target))?.clone();
        let newest = session.newest(&id, &state.epoch);
        let follow = Follow::new(&state, newest, begin);
        opened.push(Opened { state, room: Followed { target, follow, asked: None } });
    }
    Ok(opened)
}

fn no_longer(target: &Target) -> Failure {
    let sentence = format!("You are not in {target} any more.");
    Failure::Refused(chat_proto::error::Error::new(chat_proto::error::Code::Forbidden, sentence))
}

struct Reading {
    rooms: Vec<Followed>,
    /// Those whose turn comes later, the next one last: a log is told as a whole before the next.
    waiting: Vec<Opened>,
    live: bool,
}

impl Reading {
    /// Asks for what is wanted next. Tells whether there is nothing more to be read.
    fn go_on(&mut self, session: &mut Session, output: &mut Output, reader: &mut impl Reader) -> bool {
        while self.rooms.last().is_none_or(|room| room.follow.is_caught_up()) {
            let Some(Opened { state, room }) = self.waiting.pop() else { break };
            reader.begin(&room, &state, output);
            self.rooms.push(room);
        }
        if session.is_online() && output.has_room() {
            for room in &mut self.rooms {
                if let Some(page) = room.follow.ask(now()) {
                    room.asked = Some(session.ask(&page));
                }
            }
        }
        !self.live && self.waiting.is_empty() && self.rooms.iter().all(|room| room.follow.is_caught_up())
    }

    /// When a page is to be asked for. Off line, and while nobody takes what there is, none is.
    fn due_at(&self, output: &Output) -> Option<Millis> {
        let due = self.rooms.iter().filter(|room| room.asked.is_none()).filter_map(|room| room.follow.due_at());
        due.min().filter(|_| output.has_room())
    }

    async fn take(
        &mut self,
        news: News,
        session: &mut Session,
        output: &mut Output,
        reader: &mut impl Reader,
    ) -> Result<ControlFlow<()>, Failure> {
        match news {
            News::Offline => self.all().for_each(|room| {
                room.follow.forget_connection();
                room.asked = None;
            }),
            News::Online => {
                if session.is_passing() {
                    // Somebody else by now, who is in no room but the lobby.
                    for target in self.all().map(|room| room.target.clone()).collect::<Vec<_>>() {
                        target.enter(session, Conversation::MustExist).await?;
                    }
                    let sync = session.request(&SyncRequest::default()).await?;
                    self.stand(&sync, true, session, reader)?;
                } else {
                    let sync = session.welcome()?.sync.clone();
                    self.stand(&sync, true, session, reader)?;
                }
            }
            News::Synced(sync) => self.stand(&sync, false, session, reader)?,
            News::Told(AnyEvent::Entries(frame)) => {
                let begun = self.rooms.len();
                let found = self.all().enumerate().find(|(_, room)| *room.follow.room() == frame.room);
                if let Some((number, room)) = found {
                    let has_room = output.has_room() && number < begun;
                    match room.follow.live(&frame.epoch, &frame.entries, has_room, now()) {
                        Ok(batch) => return Ok(reader.take(room, &batch, output)),
                        Err(_) => session.sync_soon(),
                    }
                }
            }
            News::Told(AnyEvent::Answer(answer)) => {
                let Some(rid) = answer.rid else { return Ok(ControlFlow::Continue(())) };
                if let Some(room) = self.rooms.iter_mut().find(|room| room.asked.as_ref() == Some(&rid)) {
                    room.asked = None;
                    return answered(room, answer.outcome, session, output, reader);
                }
            }
            News::Told(_) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Followed> {
        self.rooms.iter_mut().chain(self.waiting.iter_mut().map(|opened| &mut opened.room))
    }

    /// Where all of them stand. A room that is missing is one that this person is in no longer.
    fn stand(&mut self, sync: &SyncReply, is_welcome: bool, session: &mut Session, reader: &mut impl Reader) -> Result<(), Failure> {
        let mut gone = None;
        for room in self.all() {
            match sync.rooms.iter().find(|state| state.room.id == *room.follow.room()) {
                Some(state) => {
                    let newest: Seq = session.newest(room.follow.room(), &state.epoch);
                    if room.follow.stands(state, newest, is_welcome) {
                        room.asked = None;
                        reader.anew(room, session)?;
                    }
                }
                None => gone = Some(no_longer(&room.target)),
            }
        }
        let Some(gone) = gone else { return Ok(()) };
        let is_mine = |room: &Followed| sync.rooms.iter().any(|state| state.room.id == *room.follow.room());
        self.rooms.retain(is_mine);
        self.waiting.retain(|opened| is_mine(&opened.room));
        if self.rooms.is_empty() && self.waiting.is_empty() || !self.live {
            return Err(gone);
        }
        session.notes.say(gone.sentence());
        Ok(())
    }
}

/// A page came, or was refused.
fn answered(
    room: &mut Followed,
    outcome: Outcome,
    session: &mut Session,
    output: &mut Output,
    reader: &mut impl Reader,
) -> Result<ControlFlow<()>, Failure> {
    match outcome {
        Outcome::Ok(value) => {
            let unreadable = |error| Failure::Failed(format!("The server's page of {} cannot be read: {error}.", room.target));
            let page: Page = serde_json::from_value(value).map_err(unreadable)?;
            match room.follow.page(page, now()) {
                Ok(batch) => return Ok(reader.take(room, &batch, output)),
                Err(_) => session.sync_soon(),
            }
        }
        Outcome::Error(error) => match room.follow.refused(error, now()) {
            Refusal::Again => {}
            // Whether it is still a room of ours, `sync` tells.
            Refusal::Anew | Refusal::Gone => session.sync_soon(),
            Refusal::Never(error) => return Err(Failure::Refused(error)),
        },
    }
    Ok(ControlFlow::Continue(()))
}
