//! `wait`: until somebody says something that matches.

use std::ops::ControlFlow;

use chat_proto::entry::{Body, Entry};
use chat_proto::request::sync::RoomState;
use regex::Regex;

use super::follow::{Batch, Begin, Told};
use super::output::Output;
use super::reading::{Ended, Followed, Reader, Start, read};
use super::session::Session;
use super::since::Moment;
use super::stops::Stops;
use super::target::Target;
use super::{Failure, json, tail};
use crate::sanitize;

/// What is waited for.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The room.
    pub room: Target,
    /// What a message's text is to match.
    pub pattern: Regex,
    /// Since when; else from now on.
    pub since: Option<Moment>,
    /// The entry as JSON, instead of the text.
    pub json: bool,
}

/// Waits, and prints the message that matched.
///
/// # Errors
/// Why there was none.
pub async fn wait(session: &mut Session, wait: Wait, output: &mut Output, stops: &mut Stops) -> Result<(), Failure> {
    let Wait { room, pattern, since, json } = wait;
    let start = since.map_or(Start::Place(Begin::Now), |since| Start::Since(since, None));
    let nothing = format!("The time is up: nothing in {room} has matched.");
    let ended = read(session, vec![room], start, true, output, stops, &mut Watcher { pattern, json }).await?;
    match ended {
        Ended::Enough => {
            // It has come in time, however long its reader takes.
            stops.forget_time();
            tail::end(ended, output, stops).await
        }
        Ended::Stopped(stop) => Err(Failure::stopped(stop, nothing)),
        Ended::ReaderGone | Ended::AtTheEnd => Err(Failure::Failed("Nobody reads what it waits for any more.".to_owned())),
    }
}

struct Watcher {
    pattern: Regex,
    json: bool,
}

impl Reader for Watcher {
    fn begin(&mut self, _: &Followed, _: &RoomState, _: &mut Output) {}

    fn take(&mut self, room: &Followed, batch: &Batch, output: &mut Output) -> ControlFlow<()> {
        let said = batch.entries.iter().filter_map(|Told { entry, .. }| Some((entry, text(entry)?)));
        let Some((entry, text)) = { said }.find(|(_, text)| self.pattern.is_match(text)) else { return ControlFlow::Continue(()) };
        let line = match self.json {
            true => json::entry(room.follow.room(), room.follow.epoch(), entry),
            false => format!("{}\n", sanitize::text(text)),
        };
        output.print(line.into_bytes());
        ControlFlow::Break(())
    }

    /// What is said in the other one counts as well.
    fn anew(&mut self, _: &Followed, _: &mut Session) -> Result<(), Failure> {
        Ok(())
    }
}

/// What somebody says in it: a new message, or another text of an old one. One that was taken back says
/// nothing.
fn text(entry: &Entry) -> Option<&str> {
    let text = match &entry.body {
        Body::Message(message) => &message.content.text,
        Body::Edit(edit) => &edit.content.text,
        _ => return None,
    };
    Some(text.as_str()).filter(|text| !text.is_empty())
}
