//! As who a command comes.

use chat_proto::name::DisplayName;

use crate::credentials::Credentials;

/// An account's token is not told to everybody on the way.
const TOKEN_NOT_TOLD: &str =
    "This line is not encrypted, so the account's token is not sent. Use https, or --insecure if you know the network.";

/// As who.
#[derive(Clone, Debug)]
pub struct Who {
    /// What proves it.
    pub credentials: Credentials,
    /// A guest whom nobody knows again on the next connection.
    pub passing: Option<DisplayName>,
    /// The name wished for, where it is new here.
    pub new: Option<DisplayName>,
}

impl Who {
    /// Whether what proves it may go over this line.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn may_be_told(&self, private_line: bool, insecure: bool) -> Result<(), String> {
        let is_secret = self.passing.is_none() && self.credentials.account.is_some();
        if is_secret && !private_line && !insecure { Err(TOKEN_NOT_TOLD.to_owned()) } else { Ok(()) }
    }
}
