//! `scripts/demo`: scenarios with the real programs: the real server, the terminal client in real
//! terminals (in tmux, to be watched, or in pseudo-terminals of our own, to be recorded), and our page
//! and those of the tutorials in Chromium. Format, runner and report are `chat_tui::play`'s.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and reports on standard output")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chat_tui::cli::play::{scenarios, stem};
use chat_tui::play::runner::{How, play};
use chat_tui::play::scenario::Scenario;
use clap::{Parser, ValueEnum};

mod keys;
#[path = "../live/page.rs"]
#[allow(dead_code, reason = "the live tests use the rest")]
mod page;
mod pages;
#[path = "../live/picture.rs"]
mod picture;
mod stage;
mod stale;
#[path = "../live/terminal.rs"]
#[allow(dead_code, reason = "the live tests use the rest")]
mod terminal;
mod tmux;
mod tty;
#[path = "../live/wait.rs"]
mod wait;

/// Plays scenarios with the real programs.
#[derive(Debug, Parser)]
struct Demo {
    /// The scenarios; all of scripts/scenarios when left out
    files: Vec<PathBuf>,
    /// As fast as the programs are, without pauses
    #[arg(long)]
    fast: bool,
    /// Leave a transcript, pictures and asciicasts there, of each scenario in a directory of its name
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Where terminals are; recorded ones are always in pseudo-terminals of our own
    #[arg(long, value_enum, default_value_t = Terminals::Tmux)]
    terminals: Terminals,
    /// See whether the pictures of terminals in that directory are still those that were recorded
    #[arg(long, value_name = "DIR", requires = "record")]
    compare: Option<PathBuf>,
}

/// Where terminals are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Terminals {
    /// Side by side in tmux, to be watched.
    Tmux,
    /// In pseudo-terminals of our own.
    Pty,
}

fn main() -> ExitCode {
    let demo = Demo::parse();
    let files = if demo.files.is_empty() { all() } else { demo.files.clone() };
    let scenarios = match scenarios(&files, |_| None) {
        Ok(scenarios) => scenarios,
        Err(sentences) => {
            eprintln!("{sentences}");
            return ExitCode::from(2);
        }
    };
    let (mut failed, mut stale) = (0, Vec::new());
    for (file, scenario) in &scenarios {
        failed += usize::from(!one(&demo, file, scenario));
        if let (Some(recorded), Some(kept)) = (&demo.record, &demo.compare) {
            stale.extend(stale::pictures(&recorded.join(stem(file)), kept));
        }
    }
    println!("{} scenarios passed, {failed} failed", scenarios.len() - failed);
    for sentence in &stale {
        println!("{sentence}");
    }
    if !stale.is_empty() {
        println!("Run scripts/pictures, look at what it made, and commit that.");
    }
    if failed == 0 && stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays one; whether it came to pass.
fn one(demo: &Demo, file: &Path, scenario: &Scenario) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let name = file.strip_prefix(root).unwrap_or(file).display().to_string();
    println!("\n══ {}\n{}\n", scenario.title, scenario.about.trim());
    let dir = demo.record.as_deref().map(|dir| dir.join(stem(file)));
    let terminals = if dir.is_some() { Terminals::Pty } else { demo.terminals };
    let mut stage = match stage::Real::new(scenario, terminals == Terminals::Tmux) {
        Ok(stage) => stage,
        Err(why) => {
            println!("FAILED  {name}: {why}");
            return false;
        }
    };
    let how = How { fast: demo.fast, record: dir.as_deref() };
    let report = play(&name, scenario, &mut stage, how, &mut |words| {
        println!("  {words}");
        std::io::stdout().flush().unwrap();
    });
    if report.failure.is_some() {
        println!("The end of the server's log:\n{}", stage.log());
    }
    println!("{report}");
    report.failure.is_none()
}

/// The scenarios of the repository.
fn all() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("scripts/scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    assert!(!files.is_empty(), "there is no scenario in {}", dir.display());
    files
}

/// What a helper of the live tests says when it panics, as a sentence of ours.
fn caught<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("It broke.").to_owned()
    })
}
