//! `account:register`: a guest becomes an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::name::Identity;
use crate::secret::Password;

/// Makes an account of the calling guest, who keeps their user id and with it what they wrote.
/// The guest's token ends; the reply brings a session's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AccountRegister {
    /// The name to sign in by.
    pub identity: Identity,
    /// The password.
    pub password: Password,
}
