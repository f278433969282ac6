//! What came of a scenario: each step in a sentence, and what was not as it should be.

use std::fmt;
use std::time::Duration;

use super::scenario::{Deed, Line, Look, Power, Scenario, Step, What};
use crate::sanitize;

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The file.
    pub file: String,
    /// What the scenario is called.
    pub title: String,
    /// How many steps it has.
    pub steps: usize,
    /// How many of them came to pass.
    pub passed: usize,
    /// How long it took.
    pub took: Duration,
    /// What was not as it should be; the scenario ended there.
    pub failure: Option<Failure>,
}

/// What was not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step's number, from 1 on, and its line; `None` for what showed at the very end.
    pub step: Option<(usize, usize)>,
    /// What was to happen.
    pub what: String,
    /// What happened instead.
    pub why: String,
    /// What the actor's screen showed: its name and the rows.
    pub screen: Option<(String, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, title, steps, passed, took, failure } = self;
        let Some(failure) = failure else {
            return write!(f, "passed  {file}: {title} ({steps} steps, {:.1} s)", took.as_secs_f64());
        };
        match failure.step {
            Some((number, line)) => write!(f, "FAILED  {file}: {title}, at step {number} of {steps} (line {line})\n  {}", failure.what)?,
            None => write!(f, "FAILED  {file}: {title}, after {passed} of {steps} steps\n  {}", failure.what)?,
        }
        for line in failure.why.lines() {
            write!(f, "\n  {}", sanitize::line(line))?;
        }
        let Some((actor, screen)) = &failure.screen else { return Ok(()) };
        if screen.trim().is_empty() {
            return write!(f, "\n  {actor} saw nothing at all.");
        }
        write!(f, "\n  What {actor} saw:")?;
        screen.lines().try_for_each(|row| write!(f, "\n  | {}", sanitize::line(row.trim_end())))
    }
}

/// A step as a sentence, for whoever watches and for the transcript.
#[must_use]
pub fn sentence(step: &Step, scenario: &Scenario) -> String {
    match &step.what {
        What::Does(by, deed) => {
            let kind = scenario.actor(by).map_or_else(String::new, |actor| actor.kind.to_string());
            format!("{by} {}", deed_words(deed, &kind))
        }
        What::Looks(by, look, _) => format!("{by} {}", look_words(look)),
        What::Server(Power::Kill) => "The server is killed, without warning.".to_owned(),
        What::Server(Power::Stop) => "The server is stopped.".to_owned(),
        What::Server(Power::Start) => "The server is started again.".to_owned(),
        What::Picture(name, of) => format!("A picture of what {of} sees: {name}"),
        What::Note(text) => text.clone(),
        What::Pause(time) => format!("{:.1} s go by.", time.as_secs_f64()),
    }
}

fn deed_words(deed: &Deed, kind: &str) -> String {
    match deed {
        Deed::Connect => format!("comes ({kind})"),
        Deed::Disconnect => "goes".to_owned(),
        Deed::Say(text) => format!("says: {text}"),
        Deed::Type(text) => format!("types, and does not send: {text}"),
        Deed::Press(keys) => format!("presses {}", keys.iter().map(crate::keys::Key::name).collect::<Vec<_>>().join(" ")),
        Deed::Edit(text) => format!("edits the last message: {text}"),
        Deed::React(emoji) => format!("reacts: {emoji}"),
        Deed::Reply(text) => format!("replies: {text}"),
        Deed::Join(room) => format!("joins #{room}"),
        Deed::Run(run) if run.background => format!("runs, and lets it run: chat-tui {}", run.arguments.join(" ")),
        Deed::Run(run) => format!("runs: chat-tui {}", run.arguments.join(" ")),
        Deed::Emit(emit) => format!("emits: {}", emit.event),
    }
}

fn look_words(look: &Look) -> String {
    match look {
        Look::Sees { text, times: None, .. } => format!("sees: {text}"),
        Look::Sees { text, times: Some(1), .. } => format!("sees once: {text}"),
        Look::Sees { text, times: Some(times), .. } => format!("sees {times} times: {text}"),
        Look::SeesNot(text) => format!("does not see: {text}"),
        Look::Line(Line::Connected) => "is connected".to_owned(),
        Look::Line(Line::Disconnected) => "is not connected".to_owned(),
    }
}
