//! The tests of chat-proto at its surface: the fold, the generated files, the parsing of requests, the table of actions.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fold;
mod generated;
mod model;
mod requests;
mod schema;
