//! `scripts/chaos`: promise 1 under faults, with the real programs.
//!
//! One server; fifty fast clients (the terminal client's core without a screen, in processes that
//! are killed), four real terminals, three real pages; five rooms. A load of numbered messages, edits,
//! reactions and deletions; three hands that break things meanwhile: the server's, the network's and
//! the clients'. What becomes of each thing is written down here, outside all that is killed. At the
//! end the faults stop, the outboxes drain, every client pages to the beginning of its rooms, and all
//! of it is held against the fold of the server's export.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and reports on standard output")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::switches::Rule;

#[path = "../delivery/audit.rs"]
#[allow(dead_code, reason = "simulations use the rest")]
mod audit;
mod crew;
mod deadline;
#[path = "../server/dice.rs"]
#[allow(dead_code, reason = "simulations use the rest")]
mod dice;
mod faults;
mod fleet;
mod host;
mod load;
#[path = "../live/page.rs"]
#[allow(dead_code, reason = "the live tests use the rest")]
mod page;
#[path = "../live/picture.rs"]
#[allow(dead_code, reason = "the live tests use the rest")]
mod picture;
mod proxy;
mod report;
mod run;
mod screens;
#[path = "../delivery/switches.rs"]
#[allow(dead_code, reason = "simulations use the rest")]
mod switches;
#[path = "../live/terminal.rs"]
#[allow(dead_code, reason = "the live tests use the rest")]
mod terminal;
mod verdict;
#[path = "../live/wait.rs"]
#[allow(dead_code, reason = "the live tests use it")]
mod wait;
#[path = "../delivery/witness.rs"]
mod witness;

/// Breaks everything for a while, and sees whether a message was lost.
#[derive(Debug, Parser)]
pub struct Chaos {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    plan: Plan,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// A process of fast clients; started by the run itself.
    #[command(hide = true)]
    Fleet(fleet::FleetArgs),
}

/// What a run is like.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// Minutes of faults.
    #[arg(long, default_value_t = 2.0)]
    minutes: f64,
    /// Decides what happens when, as far as machines allow.
    #[arg(long)]
    seed: Option<u64>,
    /// Things said a second.
    #[arg(long, default_value_t = 150)]
    rate: u32,
    /// Fast clients, five a process.
    #[arg(long, default_value_t = 50)]
    clients: usize,
    /// Messages while one process of clients is away.
    #[arg(long, default_value_t = 10_000)]
    away: usize,
    /// Only this fault, by the name that it has in the sources (`FullDisk`); may be given several times.
    #[arg(long)]
    only: Vec<String>,
    /// The fast clients live without this rule of delivery: the run fails unless it finds the damage.
    #[arg(long, value_name = "RULE")]
    without: Option<Rule>,
    /// Where the report is written, as Markdown.
    #[arg(long)]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Chaos { part, plan } = Chaos::parse();
    match part {
        Some(Part::Fleet(args)) => {
            fleet::run(&args);
            ExitCode::SUCCESS
        }
        None if run::run(&plan) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}
