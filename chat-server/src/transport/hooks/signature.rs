//! Whether a post is signed as GitHub signs: `X-Hub-Signature-256: sha256=HEX`, the HMAC of the body.

use chat_proto::secret::Token;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header.
pub const HEADER: &str = "x-hub-signature-256";

/// Whether that is the body's signature; compared in constant time.
#[must_use]
pub fn fits(secret: &Token, body: &[u8], header: Option<&str>) -> bool {
    let Some(given) = header.and_then(|header| header.strip_prefix("sha256=")).and_then(bytes) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_str().as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_its_body_and_secret_alone() {
        let secret = Token::parse("k".repeat(43)).unwrap();
        // By `openssl dgst -sha256 -hmac kkk…`.
        let header = "sha256=374fc6e808753e2e86490b703a537f286fd5b9ae851510f0f03c15a26a3e6364";
        assert!(fits(&secret, b"hello", Some(header)));
        assert!(fits(&secret, b"hello", Some(&header.to_uppercase().replace("SHA256", "sha256"))));
        for (body, header) in [
            ("hello!", Some(header)),
            ("hello", None),
            ("hello", Some("sha256=")),
            ("hello", Some("sha256=zz")),
            ("hello", Some("sha256=é")),
            ("hello", Some(&header[..header.len() - 2])),
            ("hello", Some(&header[7..])),
        ] {
            assert!(!fits(&secret, body.as_bytes(), header), "{body} {header:?}");
        }
        assert!(!fits(&Token::parse("l".repeat(43)).unwrap(), b"hello", Some(header)));
    }
}
