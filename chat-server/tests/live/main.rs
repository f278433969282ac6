//! The three programs together: the real server, the real terminal client in a pseudo-terminal and
//! the real page in Chromium, and what people see on their screens.
//!
//! Needs Chromium, Node, Python, the page's packages, the old clients of `tests/classic` and what the example
//! clients of `docs/examples/clients` use; `scripts/test` gets and builds all of it. Pictures of the screens are left in `target/live/`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bots;
mod classic;
mod clients;
mod friends;
mod outbox;
mod page;
mod picture;
mod pipe;
mod play;
mod python;
mod reading_back;
mod rooms_for_people;
mod server;
mod suite;
mod terminal;
mod three_programs;
mod wait;
