//! Promise 1 under faults: nothing lost, nothing doubled, one order. The service, a store in
//! memory and the terminal client's core run as one program under a seeded scheduler that loses,
//! repeats, reorders and delays what they say, kills either side at any step and refuses at will.
//!
//! `audit` judges; it is what `tests/chaos` judges the real programs by, and is itself tested: with
//! a rule of delivery switched off it must find the damage.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "what it judges of real programs is used by tests/chaos")]
mod audit;
#[path = "../server/dice.rs"]
mod dice;
mod schedules;
mod simulation;
mod switches;
mod witness;
#[path = "../server/wrapped.rs"]
mod wrapped;
