//! `token:list`: which bots are there?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::request::token_create::TokenInfo;

/// Asks for the tokens that the caller made; an owner of the server gets all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TokenList {}

/// The tokens, by the name of their bots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct TokenListReply {
    /// The tokens; never what they are, only what is known of them.
    pub tokens: Vec<TokenInfo>,
}
