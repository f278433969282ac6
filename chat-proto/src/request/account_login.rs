//! `account:login`: sign in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::Identity;
use crate::secret::{Password, Token};
use crate::user::User;

/// Opens a session of an account. The connection stays who it is: connect anew with the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AccountLogin {
    /// The name to sign in by.
    pub identity: Identity,
    /// The password.
    pub password: Password,
}

/// A new session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SignedIn {
    /// The session's token; told this once.
    pub token: Token,
    /// Whose it is.
    pub user: User,
}
