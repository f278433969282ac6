//! What the chat server, the page and the terminal client say to one another, and how a room's
//! log becomes the timeline that people read. No IO, no async, no clock, no randomness.
//!
//! In reading order:
//!
//! - [`limits`]: every length, rate and window, in one place;
//! - [`id`], [`place`], [`name`], [`text`], [`secret`]: values that are parsed once and stay valid;
//! - [`user`] and [`entry`]: who says it, and the entries of a room's log;
//! - [`fold`]: the timeline as a fold over entries, in any order of arrival;
//! - [`error`]: the error object and what each code means;
//! - [`request`]: every request paired with its reply; [`handshake`] and [`event`]: the rest of
//!   the wire;
//! - [`search`]: how texts and queries become words, and where a query's words stand in a text;
//! - [`action`] and [`words`]: what both clients can do, and the sentences they share;
//! - [`schema`]: TypeScript, JSON Schema and AsyncAPI, generated from the types above.

mod bounds;
mod newtype;

pub mod action;
pub mod entry;
pub mod error;
pub mod event;
pub mod fold;
pub mod handshake;
pub mod id;
pub mod limits;
pub mod name;
pub mod place;
pub mod request;
pub mod room;
pub mod schema;
pub mod search;
pub mod secret;
pub mod text;
pub mod user;
pub mod words;

pub use error::{Code, Error, Retry};
pub use request::{AnyRequest, Request};

/// The protocol version spoken on namespace [`NAMESPACE`].
pub const PROTOCOL: u32 = 1;

/// The Socket.IO namespace of the native protocol; a new major version is a new namespace.
pub const NAMESPACE: &str = "/v1";
