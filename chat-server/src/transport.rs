//! The way in: Socket.IO and HTTP, on the same port.
//!
//! - [`admin`]: the operator's commands; [`classic`]: the namespaces of the tutorials' pages;
//! - [`socket`]: the native namespace; [`connection`]: one connection's queue and its ordered
//!   runner; [`reply`]: answers that find their way back even when the buffer is full;
//! - [`http`]: health, the page, its sign-in, webhooks; [`hooks`]: what posts to those say; [`origin`]: who may use a cookie;
//! - [`engine`]: the edge for old clients, outside Socket.IO's own layer;
//! - [`patience`]: which of the two Socket.IO engines a handshake goes to;
//! - [`slim`]: what keeps an idle connection small; [`watched`]: when a client was last heard.

pub mod admin;
pub mod classic;
pub mod connection;
pub mod engine;
pub mod hooks;
pub mod http;
pub mod origin;
pub mod patience;
pub mod reply;
pub mod slim;
pub mod socket;
pub mod watched;
