//! The generated description of the protocol: TypeScript, JSON Schema and AsyncAPI.
//!
//! The files stand in `chat-proto/gen/`, committed; a test fails with the command to rerun when
//! they drift from the types.

mod asyncapi;
mod definitions;
mod json_schema;
mod typescript;

pub use asyncapi::asyncapi;
pub use json_schema::json_schema;
pub use typescript::{typescript, typescript_late};

use schemars::JsonSchema;
use ts_rs::TS;

use crate::event::{self, Event};
use crate::request::{self, Request};

/// Walks over everything that the protocol consists of.
pub(crate) trait Visit {
    /// A request and its reply.
    fn request<Q: Request + JsonSchema + TS + 'static, R: JsonSchema + TS + 'static>(&mut self, name: &str);
    /// An event of the server's.
    fn event<E: Event + JsonSchema + TS + 'static>(&mut self, name: &str);
}

/// Visits all requests, then all events, in the order of their tables.
pub(crate) fn describe(visit: &mut impl Visit) {
    request::describe(visit);
    event::describe(visit);
}
