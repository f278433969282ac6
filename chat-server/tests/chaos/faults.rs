//! Three hands that break things, each in an order of its own: every fault at least once, then again
//! at random until the time is over. A fault is healed before the same hand does the next one.

use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::run::Arena;

pub mod clients;
pub mod host;
pub mod network;

/// Those that were asked for; all of them, if none was.
fn chosen<F: Copy + std::fmt::Debug>(faults: &[F], only: &[String]) -> Vec<F> {
    let is_chosen = |fault: &&F| only.is_empty() || only.contains(&format!("{fault:?}"));
    faults.iter().filter(is_chosen).copied().collect()
}

/// Does each fault once in a random order, then any of them until the time is over, or the run ends.
fn work_through<F: Copy>(
    arena: &Arena,
    faults: &[F],
    dice: &mut Dice,
    until: Instant,
    pause: Duration,
    mut work: impl FnMut(F, &mut Dice),
) {
    if faults.is_empty() {
        return;
    }
    let mut first: Vec<F> = faults.to_vec();
    while !arena.is_ending() && (!first.is_empty() || Instant::now() + pause * 2 < until) {
        let fault = if first.is_empty() { faults[dice.pick(faults.len())] } else { first.swap_remove(dice.pick(first.len())) };
        work(fault, dice);
        std::thread::sleep(pause);
    }
}

fn seconds(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}
