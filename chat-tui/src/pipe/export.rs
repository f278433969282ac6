//! `export`: all of rooms' logs that this person may read, from the first entry on, as JSON.

use std::fmt::Write;
use std::ops::ControlFlow;

use chat_proto::place::Seq;
use chat_proto::request::sync::RoomState;

use super::follow::{Batch, Begin};
use super::output::Output;
use super::reading::{Followed, Reader, Start, read};
use super::session::Session;
use super::since::Moment;
use super::stops::Stops;
use super::target::Target;
use super::{Failure, json, tail};

/// Prints the logs, one after the other; with `since`, from that time on.
///
/// # Errors
/// Why that could not be done.
pub async fn export(
    session: &mut Session,
    rooms: Vec<Target>,
    since: Option<Moment>,
    output: &mut Output,
    stops: &mut Stops,
) -> Result<(), Failure> {
    let start = since.map_or(Start::Place(Begin::First), |since| Start::Since(since, None));
    let ended = read(session, rooms, start, false, output, stops, &mut Exporter).await?;
    tail::end(ended, output, stops).await
}

struct Exporter;

impl Reader for Exporter {
    fn begin(&mut self, _: &Followed, state: &RoomState, output: &mut Output) {
        output.print(json::room(state).into_bytes());
    }

    fn take(&mut self, room: &Followed, batch: &Batch, output: &mut Output) -> ControlFlow<()> {
        output.print(lines(room, batch).into_bytes());
        ControlFlow::Continue(())
    }

    fn anew(&mut self, room: &Followed, _: &mut Session) -> Result<(), Failure> {
        let sentence =
            format!("While it was read the log of {} became another one: an older copy was put back. Export it again.", room.target);
        Err(Failure::Failed(sentence))
    }
}

/// What came, by where it stands; how reactions stand on a message comes behind it.
fn lines(room: &Followed, batch: &Batch) -> String {
    let (id, epoch) = (room.follow.room(), room.follow.epoch());
    let entries = batch.entries.iter().map(|told| (told.entry.seq, 0, json::entry(id, epoch, &told.entry)));
    let hidden = batch.hidden.iter().map(|range| (range.0, 0, json::hidden(id, epoch, *range)));
    let reactions = batch.reactions.iter().map(|standing| (standing.target, 1, json::reactions(id, epoch, standing)));
    let mut all: Vec<(Seq, u8, String)> = entries.chain(hidden).chain(reactions).collect();
    all.sort_by_key(|(seq, order, _)| (*seq, *order));
    all.into_iter().fold(String::new(), |mut out, (_, _, line)| {
        let _ = out.write_str(&line);
        out
    })
}
