//! `account:set_password`: choose another password.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::secret::Password;

/// Changes the account's password; every other session of the account ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct AccountSetPassword {
    /// The password until now.
    pub old: Password,
    /// The password from now on.
    pub new: Password,
}
