//! The command lines of the tools in the shell, and what their words mean.

use std::time::Duration;

use clap::{ArgAction, Args};
use jiff::tz::TimeZone;
use regex::{Regex, RegexBuilder};

use crate::pipe::follow::Begin;
use crate::pipe::reading::Start;
use crate::pipe::since::{Moment, duration};
use crate::pipe::target::Target;
use crate::runtime::date;

/// The most memory that a pattern may take.
const PATTERN: usize = 4 * 1_024 * 1_024;
/// So many lines `tail` prints of each room where nothing else is said.
const LINES: u32 = 10;

const ROOM: &str = "\
ROOM is a room's name, with or without #, its id, or @NAME for the conversation with somebody (@ada,@bob with several). A public \
room that you are not in is joined.";

const SEND_HELP: &str = "\
Standard input is one message; if that is too long it becomes several, cut at the ends of lines. It ends well only once all of it \
is stored: a server that goes and comes back is waited for, also one that asks to slow down. What was not sent when it ends is \
never sent.

Examples:
  make 2>&1 | chat-tui send build --code
  chat-tui send @ada 'The backup is done.' --timeout 1m
  tail -F app.log | chat-tui send app --each-line

Exit codes:
  0  all of it is stored
  1  something went wrong; one sentence on standard error says what
  2  the command line is wrong
  3  the time of --timeout was over before all was sent; the rest never is
  4  the server refused it for good; the sentence says why
  5  unknown: what was sent last was not answered before it ended; it may be stored or not
  129, 130, 143  a signal ended it, and all that was sent is answered";

const TAIL_HELP: &str = "\
For people, each line is DATE TIME [ROOM] NAME: TEXT; what follows a line break is moved in by four spaces, and control characters \
are taken out. With --json each line is an entry in the words of the protocol, with the ids of its room and epoch. Following, each \
entry is told once and in order, also through a server that goes and comes back.

Examples:
  chat-tui tail ops -n 50
  chat-tui tail ops deploy --since 1h --follow
  chat-tui tail lobby -f --json | jq -r 'select(.kind == \"message\") | .content.text'

Exit codes:
  0  all is printed, or nobody reads the output any more (| head)
  1  something went wrong; one sentence on standard error says what
  2  the command line is wrong
  3  the time of --timeout was over
  4  the server refused it for good; the sentence says why
  129, 130, 143  a signal ended it";

const WAIT_HELP: &str = "\
Waits from the moment on in which it is connected, with --since also for what was said since then, and misses nothing while the \
server goes and comes back. An edited message counts as said anew. Prints the text that matched, with --json the entry.

Examples:
  chat-tui wait deploy --match 'ok|failed' --timeout 5m
  chat-tui wait ops --match '(?i)\\brolled back\\b' --since 10m

Exit codes:
  0  a message matched, and is printed
  1  something went wrong; one sentence on standard error says what
  2  the command line is wrong
  3  nothing matched in the time of --timeout
  4  the server refused it for good; the sentence says why
  129, 130, 143  a signal ended it";

const EXPORT_HELP: &str = "\
Each log begins with {\"room\": {…}, \"epoch\", \"head\"} and goes on with its entries in order, in the words of the protocol, \
each with the ids of its room and epoch. {\"room\", \"epoch\", \"target\", \"reactions\"} tells how reactions stand on a message, \
{\"room\", \"epoch\", \"hidden\": [FROM, TO]} what you may not read (docs/pipe.md).

Examples:
  chat-tui export ops > ops.jsonl
  chat-tui export lobby --since 2026-11-01 | gzip > november.jsonl.gz

Exit codes:
  0  all is printed, or nobody reads the output any more (| head)
  1  something went wrong; one sentence on standard error says what
  2  the command line is wrong
  3  the time of --timeout was over before all was printed
  4  the server refused it for good; the sentence says why
  129, 130, 143  a signal ended it";

/// What `send` takes.
#[derive(Clone, Debug, Args)]
#[command(after_help = SEND_HELP, after_long_help = SEND_HELP)]
pub struct SendArgs {
    /// The room: #NAME, NAME, its id, or @NAME for a conversation; a public one is joined
    #[arg(value_name = "ROOM", value_parser = target, long_help = ROOM)]
    pub room: Target,
    /// What to say; - or nothing reads standard input
    #[arg(value_name = "TEXT", value_parser = said)]
    pub text: Option<String>,
    /// As code: in a fence that nothing in it can close
    #[arg(long)]
    pub code: bool,
    /// Each line is a message, sent as it comes; empty ones are left out
    #[arg(long)]
    pub each_line: bool,
    /// Give up after this time: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// What `tail` takes.
#[derive(Clone, Debug, Args)]
#[command(after_help = TAIL_HELP, after_long_help = TAIL_HELP)]
pub struct TailArgs {
    /// The rooms: #NAME, NAME, an id, or @NAME for a conversation; a public one is joined
    #[arg(value_name = "ROOM", value_parser = target, required = true, long_help = ROOM)]
    pub rooms: Vec<Target>,
    /// So many lines of each room [default: 10, with --since all]
    #[arg(short = 'n', long, value_name = "N")]
    pub lines: Option<u32>,
    /// What was said since then: 10m, 2026-11-29T10:00, 09:30
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Moment>,
    /// Go on with what comes
    #[arg(short, long)]
    pub follow: bool,
    /// Print entries as JSON, one a line
    #[arg(long)]
    pub json: bool,
    /// End after this time: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

impl TailArgs {
    /// Where to begin.
    #[must_use]
    pub fn start(&self) -> Start {
        match self.since {
            Some(moment) => Start::Since(moment, self.lines),
            None => Start::Place(Begin::Last(self.lines.unwrap_or(LINES))),
        }
    }
}

/// What `wait` takes.
#[derive(Clone, Debug, Args)]
#[command(after_help = WAIT_HELP, after_long_help = WAIT_HELP)]
pub struct WaitArgs {
    /// The room: #NAME, NAME, its id, or @NAME for a conversation; a public one is joined
    #[arg(value_name = "ROOM", value_parser = target, long_help = ROOM)]
    pub room: Target,
    /// What the text is to match: a regular expression, somewhere in it
    #[arg(long = "match", value_name = "RE", value_parser = pattern, action = ArgAction::Set)]
    pub pattern: Regex,
    /// Also what was said since then: 10m, 2026-11-29T10:00, 09:30
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Moment>,
    /// Print the entry as JSON
    #[arg(long)]
    pub json: bool,
    /// Give up after this time: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// What `export` takes.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXPORT_HELP, after_long_help = EXPORT_HELP)]
pub struct ExportArgs {
    /// The rooms: #NAME, NAME, an id, or @NAME for a conversation; a public one is joined
    #[arg(value_name = "ROOM", value_parser = target, required = true, long_help = ROOM)]
    pub rooms: Vec<Target>,
    /// From this time on: 10m, 2026-11-29T10:00, 09:30
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Moment>,
    /// Give up after this time: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

fn target(text: &str) -> Result<Target, String> {
    Target::parse(text)
}

fn said(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("there is nothing to say in it".to_owned()) } else { Ok(text.to_owned()) }
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text, &TimeZone::system(), date())
}

fn pattern(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(PATTERN).build().map_err(|error| error.to_string())
}
