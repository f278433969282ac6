//! What a client says while it connects: Socket.IO's `auth` object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::PROTOCOL;
use crate::error::{Code, Error};
use crate::name::DisplayName;
use crate::request::parse_object;
use crate::secret::Token;
use crate::text::ClientName;

/// The `auth` of the handshake. `{token}` is an account's session; `{guest, token}` a guest who
/// comes back as the same person; `{guest}` a passing guest; `{}` the browser's session cookie,
/// or a passing guest under a name that the server makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct Auth {
    /// A session's token, or with `guest` the one that the client made and stored first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// The name that a guest would like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest: Option<DisplayName>,
    /// The program, such as `chat-tui/0.1.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientName>,
    /// The protocol versions that the client speaks; [`PROTOCOL`] when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Versions>,
}

/// One protocol version, or a range of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(untagged)]
pub enum Versions {
    /// Just this one.
    One(u32),
    /// All from `min` to `max`.
    Range {
        /// The oldest.
        min: u32,
        /// The newest.
        max: u32,
    },
}

impl Auth {
    /// Parses the handshake's payload; nothing at all is an empty object.
    ///
    /// # Errors
    /// `invalid` with the field, or `update_needed` when no common version is left.
    pub fn parse(value: serde_json::Value) -> Result<Self, Error> {
        let value = if value.is_null() { serde_json::json!({}) } else { value };
        let auth: Self = parse_object(value)?;
        let speaks = match auth.protocol {
            None => true,
            Some(Versions::One(version)) => version == PROTOCOL,
            Some(Versions::Range { min, max }) => (min..=max).contains(&PROTOCOL),
        };
        if speaks {
            return Ok(auth);
        }
        let mut error = Error::new(
            Code::UpdateNeeded,
            format!("This server speaks version {PROTOCOL} of the protocol, and the client does not. Update the older of the two."),
        );
        error.field = Some("protocol".to_owned());
        Err(error)
    }
}
