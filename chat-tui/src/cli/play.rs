//! The command line of scripted sessions, and its exit codes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit;
use crate::play::own::{self, Own};
use crate::play::read;
use crate::play::report::Report;
use crate::play::runner::{How, play};
use crate::play::scenario::Scenario;
use crate::sanitize;

const PLAY_HELP: &str = "\
A scenario is a TOML file: who is there, what happens, and what they must see (docs/scenarios.md). Terminals, tools in the shell and \
bare connections are played by this program alone; scripts/demo also plays pages in a browser.

Examples:
  chat-tui play smoke.toml --url https://chat.example.org
  chat-tui play smoke.toml --server ./chat-server --fast --record out/

Exit codes:
  0  all scenarios came to pass
  1  one did not, and the report says where; or something else went wrong
  2  the command line or a scenario is wrong; nothing was played";

/// What `play` takes.
#[derive(Clone, Debug, Args)]
#[command(after_help = PLAY_HELP, after_long_help = PLAY_HELP)]
pub struct PlayArgs {
    /// The scenarios
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// As fast as the programs are, without pauses
    #[arg(long)]
    pub fast: bool,
    /// Leave a transcript, pictures and asciicasts of the terminals there, of each scenario in a directory of its name
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Start a server from this program for each scenario, instead of --url, and throw it away after it
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
}

/// Reads all scenarios, and only then plays them; what happens is told on that.
///
/// # Errors
/// A sentence for people when there is nowhere to tell it.
pub fn run(args: &PlayArgs, url: &str, out: &mut dyn Write) -> Result<u8, String> {
    let told = |outcome: io::Result<()>| outcome.map_err(|error| format!("Standard output cannot be written: {error}."));
    let scenarios = match scenarios(&args.files, |scenario| own::trouble(scenario, args.server.is_some())) {
        Ok(scenarios) => scenarios,
        Err(sentences) => {
            let mut err = io::stderr();
            sentences.lines().for_each(|line| drop(writeln!(err, "{}", sanitize::line(line))));
            return Ok(exit::USAGE);
        }
    };
    let mut code = exit::OK;
    for (file, scenario) in &scenarios {
        told(writeln!(out, "── {}", sanitize::line(&scenario.title)))?;
        let dir = args.record.as_deref().map(|dir| dir.join(stem(file)));
        let mut stage = Own::new(scenario, url, args.server.as_deref())?;
        let how = How { fast: args.fast, record: dir.as_deref() };
        let mut watch = |words: &str| drop(writeln!(out, "{}", sanitize::line(words)));
        let report: Report = play(&file.display().to_string(), scenario, &mut stage, how, &mut watch);
        told(writeln!(out, "{report}\n").and_then(|()| out.flush()))?;
        if report.failure.is_some() {
            code = exit::FAILED;
        }
    }
    Ok(code)
}

/// Reads scenarios. `trouble` says why one cannot be played.
///
/// # Errors
/// All that is wrong with them, a line each.
pub fn scenarios(files: &[PathBuf], trouble: impl Fn(&Scenario) -> Option<String>) -> Result<Vec<(PathBuf, Scenario)>, String> {
    let (mut scenarios, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.display();
        match std::fs::read_to_string(file) {
            Err(error) => wrong.push(format!("{name} cannot be read: {error}.")),
            Ok(text) => match read::read(&text) {
                Err(mistakes) => wrong.extend(mistakes.iter().map(|mistake| format!("{name}, {mistake}"))),
                Ok(scenario) => match trouble(&scenario) {
                    Some(why) => wrong.push(format!("{name}: {why}")),
                    None => scenarios.push((file.clone(), scenario)),
                },
            },
        }
    }
    if wrong.is_empty() { Ok(scenarios) } else { Err(wrong.join("\n")) }
}

/// The name of a scenario's directory.
#[must_use]
pub fn stem(file: &Path) -> PathBuf {
    PathBuf::from(file.file_stem().unwrap_or_default())
}
