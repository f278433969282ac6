//! Passwords and tokens: strings that no log, no error and no `Debug` ever shows.

use crate::limits;
use crate::newtype::secret_type;

secret_type!(
    /// A password as typed: at least [`limits::PASSWORD_MIN`] characters.
    Password, min: limits::PASSWORD_MIN, max: limits::PASSWORD_MAX, check: |text| {
        if text.chars().count() < limits::PASSWORD_MIN {
            return Err(format!("is too short; at least {} characters are needed", limits::PASSWORD_MIN));
        }
        if text.len() > limits::PASSWORD_MAX {
            return Err(format!("is {} bytes long; at most {} are allowed", text.len(), limits::PASSWORD_MAX));
        }
        Ok(text)
    }
);

secret_type!(
    /// 256 random bits in base64url without padding: 43 characters. Whoever has it is the guest
    /// or the account that it belongs to; servers store its SHA-256 alone.
    Token, min: 43, max: 43, pattern: "^[A-Za-z0-9_-]*$", check: |text| {
        if text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Ok(text);
        }
        Err("is not a token: 43 characters of base64url are needed".to_owned())
    }
);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}
