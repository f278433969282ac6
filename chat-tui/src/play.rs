//! Scripted sessions: a scenario is a demonstration, a test and a piece of documentation at once. A
//! TOML file names who is there and what happens; it is played against a server, and what is not as it
//! says is reported with what the screen showed instead.
//!
//! In reading order:
//!
//! - [`scenario`]: what a file says; [`read`]: from its text, with every mistake and its line;
//! - [`stage`]: the port behind which actors, their screens and the server are;
//! - [`runner`]: plays a scenario on a stage, step after step; [`report`]: what came of it;
//!   [`record`]: transcript, casts and pictures of it;
//! - [`own`]: the stage of this program alone, with its actors: [`terminal`], [`pipe`] and [`raw`];
//!   [`server`]: a server that is started for it, and thrown away;
//! - [`cast`] and [`picture`]: a terminal's screen as an asciicast and as an SVG; [`folder`]: a place for
//!   what actors keep.
//!
//! `chat-server/tests/scenarios` plays the same files with the real program in real terminals, and with
//! pages in a browser.

pub mod cast;
pub mod folder;
pub mod own;
pub mod picture;
pub mod pipe;
pub mod raw;
pub mod read;
pub mod record;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod server;
pub mod stage;
pub mod terminal;
