//! What a scenario says. `docs/scenarios.md` has the table of all its keys.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::keys::Key;

/// A scenario, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub title: String,
    /// What it shows, for people.
    pub about: String,
    /// At which pace it is played.
    pub time: Time,
    /// The settings of a server that is started for it.
    pub config: Map<String, Value>,
    /// Who is there.
    pub actors: Vec<Actor>,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The actor of that name; the reader has seen to it that there is one.
    #[must_use]
    pub fn actor(&self, name: &str) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.name == name)
    }

    /// Whether it does something to the server, which only whoever started that can.
    #[must_use]
    pub fn drives_server(&self) -> bool {
        !self.config.is_empty() || self.steps.iter().any(|step| matches!(step.what, What::Server(_)))
    }
}

/// At which pace a scenario is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// So that people can watch: letter by letter, with pauses.
    #[default]
    Real,
    /// As fast as the programs are.
    Fast,
}

/// Somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Its name in the scenario and in the chat.
    pub name: String,
    /// What it sits at.
    pub kind: Kind,
    /// The terminal's size.
    pub columns: u16,
    /// The terminal's size.
    pub rows: u16,
    /// The page's size in pixels.
    pub width: u32,
    /// The page's size in pixels.
    pub height: u32,
    /// The room that it is in first; of a raw client the one that `{room}` stands for.
    pub room: String,
}

/// What an actor sits at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The terminal client.
    Terminal,
    /// The page in a browser.
    Page,
    /// The terminal client as a tool in the shell.
    Pipe,
    /// A page of the tutorials, by its dialect.
    Classic(Dialect),
    /// A bare connection.
    Raw,
}

/// The dialects of the tutorials' pages (`docs/classic.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are called so")]
pub enum Dialect {
    A,
    B,
    C,
    D,
}

impl Kind {
    /// All of them, with the words that scenarios have for them.
    pub const ALL: [(&'static str, Self); 8] = [
        ("terminal", Self::Terminal),
        ("page", Self::Page),
        ("pipe", Self::Pipe),
        ("classic:A", Self::Classic(Dialect::A)),
        ("classic:B", Self::Classic(Dialect::B)),
        ("classic:C", Self::Classic(Dialect::C)),
        ("classic:D", Self::Classic(Dialect::D)),
        ("raw", Self::Raw),
    ];

    /// Whether an actor of this kind can do that, by the verb's name.
    #[must_use]
    pub fn can(self, verb: &str) -> bool {
        match verb {
            "sees" | "sees_not" => true,
            "connect" | "disconnect" | "waits_for" => self != Self::Pipe,
            "type" | "press" | "edit" | "react" | "reply" => matches!(self, Self::Terminal | Self::Page),
            "say" | "join" => matches!(self, Self::Terminal | Self::Page | Self::Classic(_)),
            "picture" => matches!(self, Self::Terminal | Self::Page | Self::Classic(_)),
            "run" => self == Self::Pipe,
            "emit" => self == Self::Raw,
            _ => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, kind)| kind == self).map_or("", |(word, _)| word))
    }
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The line of the file in which it begins.
    pub line: usize,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An actor does something.
    Does(String, Deed),
    /// An actor is to see something, within that time.
    Looks(String, Look, Duration),
    /// Something becomes of the server.
    Server(Power),
    /// A picture of that name is taken of an actor's screen.
    Picture(String, String),
    /// Whoever watches is told something.
    Note(String),
    /// Nothing, for whoever watches.
    Pause(Duration),
}

/// What an actor does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Comes, on what it kept when it was there before.
    Connect,
    /// Goes, as people do.
    Disconnect,
    /// Writes a line and sends it.
    Say(String),
    /// Writes without sending.
    Type(String),
    /// Presses keys, by their names in the key map.
    Press(Vec<Key>),
    /// Changes its last message.
    Edit(String),
    /// Reacts to the last message.
    React(String),
    /// Answers the last message.
    Reply(String),
    /// Goes into a room.
    Join(String),
    /// Runs a command of the terminal client.
    Run(Run),
    /// Sends a request as it stands.
    Emit(Emit),
}

/// A command of the terminal client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The command and its arguments.
    pub arguments: Vec<String>,
    /// Its standard input.
    pub input: String,
    /// The exit code that it is to have.
    pub exits: i32,
    /// What is to stand in its output.
    pub prints: Option<String>,
    /// It goes on while the scenario does.
    pub background: bool,
    /// How long it may take.
    pub within: Duration,
}

/// A request as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Emit {
    /// The event.
    pub event: String,
    /// Its fields.
    pub with: Map<String, Value>,
    /// What it is to be answered: `ok`, or the error's code.
    pub answered: Option<String>,
    /// How long that may take.
    pub within: Duration,
}

/// What an actor is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// That text.
    Sees {
        /// The text.
        text: String,
        /// Just so often.
        times: Option<usize>,
        /// The word that follows it is called so in the steps after this one.
        keeps: Option<String>,
    },
    /// The text is gone.
    SeesNot(String),
    /// It is connected, or is not.
    Line(Line),
}

/// How it is with an actor's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It is there.
    Connected,
    /// It is not.
    Disconnected,
}

/// What becomes of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// It is killed without a word.
    Kill,
    /// It is asked to end.
    Stop,
    /// It is started again, on the same data.
    Start,
}
