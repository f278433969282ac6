//! The tests of chat-tui at its surface: keys and events in, screens and requests out; and the real
//! program in a real terminal.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod actions;
mod app;
mod bots;
mod cache;
mod conversations;
mod damage;
mod edges;
mod follow;
mod friends;
mod fuzz;
mod killed;
mod outbox;
mod pipe;
mod play;
mod pty;
mod reconnect;
mod rim;
mod rooms;
mod screens;
mod search;
mod server;
mod storage;
mod stranded;
mod terminal;
mod wide;
mod wire;
