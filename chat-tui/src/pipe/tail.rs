//! `tail`: the last lines of rooms, and then, with `--follow`, each one that comes.

use std::ops::ControlFlow;
use std::time::Duration;

use chat_proto::request::sync::RoomState;
use jiff::tz::TimeZone;

use super::follow::Batch;
use super::output::Output;
use super::plain::Plain;
use super::reading::{Ended, Followed, Reader, Start, read};
use super::session::Session;
use super::stops::Stops;
use super::target::Target;
use super::{Failure, json};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Tail {
    /// The rooms.
    pub rooms: Vec<Target>,
    /// Where to begin.
    pub start: Start,
    /// Whether it goes on with what is live.
    pub follow: bool,
    /// Entries as JSON, instead of lines for people.
    pub json: bool,
    /// The local zone.
    pub zone: TimeZone,
}

/// How long a reader may take for the last lines when it is to end.
const LAST_LINES: Duration = Duration::from_millis(300);

/// Prints them.
///
/// # Errors
/// Why that could not be done.
pub async fn tail(session: &mut Session, tail: Tail, output: &mut Output, stops: &mut Stops) -> Result<(), Failure> {
    let Tail { rooms, start, follow, json, zone } = tail;
    let mut printer = Printer { several: rooms.len() > 1, json, zone };
    let ended = read(session, rooms, start, follow, output, stops, &mut printer).await?;
    end(ended, output, stops).await
}

/// What the end of a reading is to a command that only prints.
///
/// # Errors
/// When it was ended before all was printed.
pub(super) async fn end(ended: Ended, output: &mut Output, stops: &mut Stops) -> Result<(), Failure> {
    const NOT_ALL: &str = "The time is up; there may be more than what is printed.";
    match ended {
        Ended::Stopped(stop) => {
            // What was told is written yet, unless nobody takes it.
            tokio::time::timeout(LAST_LINES, output.finish()).await.ok();
            Err(Failure::stopped(stop, NOT_ALL))
        }
        Ended::ReaderGone => Ok(()),
        Ended::AtTheEnd | Ended::Enough => tokio::select! {
            biased;
            stop = stops.next() => Err(Failure::stopped(stop, NOT_ALL)),
            written = output.finish() => written.map(drop),
        },
    }
}

struct Printer {
    several: bool,
    json: bool,
    zone: TimeZone,
}

impl Reader for Printer {
    fn begin(&mut self, _: &Followed, _: &RoomState, _: &mut Output) {}

    fn take(&mut self, room: &Followed, batch: &Batch, output: &mut Output) -> ControlFlow<()> {
        let lines = if self.json {
            let entry = |told: &super::follow::Told| json::entry(room.follow.room(), room.follow.epoch(), &told.entry);
            batch.entries.iter().map(entry).collect()
        } else {
            let room = self.several.then(|| room.target.to_string());
            Plain { zone: self.zone.clone(), room }.lines(batch)
        };
        output.print(lines.into_bytes());
        ControlFlow::Continue(())
    }

    fn anew(&mut self, room: &Followed, session: &mut Session) -> Result<(), Failure> {
        session
            .notes
            .say(&format!("The log of {} is another one now: an older copy was put back. What is new in it follows.", room.target));
        Ok(())
    }
}
