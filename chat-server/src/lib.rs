//! A chat server with its database and its page inside: rooms that browsers and terminals share,
//! over Socket.IO.
//!
//! In reading order:
//!
//! - [`domain`]: the rules, pure; [`storage`] and [`fanout`]: the ports, their implementations
//!   below them; [`service`]: what the chat does, over its ports;
//! - [`dialect`]: how the tutorials' pages speak, pure codecs;
//! - [`transport`]: the way in, Socket.IO and HTTP;
//! - [`startup`]: the one place that wires everything and reads like a diagram;
//! - [`operate`]: the operator's commands, which ask a server that runs or are one for a moment;
//! - [`cli`], [`settings`], [`logging`], [`data_dir`], [`platform`]: the program around it;
//!   [`ports`]: the real clock, randomness and password hashing.
//!
//! `domain ◀ storage, fanout ◀ service ◀ transport ◀ startup ◀ operate`; a test keeps it so.

pub mod cli;
pub mod data_dir;
pub mod dialect;
pub mod domain;
pub mod fanout;
pub mod logging;
pub mod operate;
pub mod platform;
pub mod ports;
pub mod service;
pub mod settings;
pub mod startup;
pub mod storage;
pub mod transport;
