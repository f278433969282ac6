//! The way in: Socket.IO and HTTP, on the same port.
//!
//! - [`socket`]: the native namespace; [`connection`]: one connection's queue and its ordered
//!   runner; [`reply`]: answers that find their way back even when the buffer is full;
//! - [`http`]: health, the page, its sign-in; [`origin`]: who may use a cookie;
//! - [`slim`]: what keeps an idle connection small.

pub mod connection;
pub mod http;
pub mod origin;
pub mod reply;
pub mod slim;
pub mod socket;
