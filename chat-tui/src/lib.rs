//! The terminal client of the chat. A pure core decides (`update(&mut State, Event) -> Vec<Effect>`)
//! and is drawn (`draw(&State)`); network and terminal stand at the rim and do what it says.
//!
//! In reading order:
//!
//! - [`event`] and [`effect`]: what comes in, what goes out;
//! - [`state`]: everything that is known, and the outbox's rules;
//! - [`update`]: one file per topic; [`update::action`] holds an arm for every action;
//! - [`keys`], [`credentials`], [`sanitize`], [`links`], [`time`]: small values that all of them share;
//! - [`theme`]: colours by name and depth; [`layout`]: from lines to rows; [`view`]: from state to cells;
//! - [`storage`]: the port behind which outbox and drafts are kept;
//! - [`pipe`]: the chat as a tool in the shell: `send`, `tail`, `wait`, `export`;
//! - [`network`]: the only place that knows Socket.IO; [`runtime`]: joins it all, [`runtime::rim`] what needs no screen; [`platform`]: what is Unix alone;
//! - [`play`]: scripted sessions, which are demonstration, test and documentation at once;
//! - [`cli`]: the command line and its exit codes.

pub mod cli;
pub mod credentials;
pub mod effect;
pub mod event;
pub mod keys;
pub mod layout;
pub mod links;
pub mod network;
pub mod pipe;
pub mod platform;
pub mod play;
pub mod runtime;
pub mod sanitize;
pub mod state;
pub mod storage;
pub mod theme;
pub mod time;
pub mod update;
pub mod view;

/// What this program calls itself on the wire and in the list of sessions.
pub const CLIENT: &str = concat!("chat-tui/", env!("CARGO_PKG_VERSION"));
