//! The server's address, parsed once.

/// A server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As it is connected to and kept: scheme, host and port.
    pub url: String,
    /// Whether the line is encrypted, or never leaves this machine.
    pub private: bool,
}

impl Address {
    /// Parses an address; `http://` may be left out.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => "http",
            "https" | "wss" => "https",
            other => return Err(format!("{other}:// is no way to a chat server: http:// and https:// are.")),
        };
        let host = rest.to_ascii_lowercase();
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#@\\".contains(c)) {
            return Err(format!("{text:?} is not an address such as http://127.0.0.1:3000."));
        }
        Ok(Self { private: scheme == "https" || is_loopback(&host), url: format!("{scheme}://{host}") })
    }
}

fn is_loopback(host: &str) -> bool {
    if host == "[::1]" || host.starts_with("[::1]:") {
        return true;
    }
    let name = host.split(':').next().unwrap_or("");
    name == "localhost" || name.ends_with(".localhost") || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_in_one_way() {
        let parse = |text: &str| Address::parse(text).map(|address| (address.url, address.private));
        assert_eq!(parse("LOCALHOST:3000/"), Ok(("http://localhost:3000".into(), true)));
        assert_eq!(parse("https://chat.example.org"), Ok(("https://chat.example.org".into(), true)));
        assert_eq!(parse("http://10.0.0.1:3000"), Ok(("http://10.0.0.1:3000".into(), false)));
        assert_eq!(parse("ws://[::1]:3000"), Ok(("http://[::1]:3000".into(), true)));
        assert_eq!(parse("http://127.0.0.1.example.org"), Ok(("http://127.0.0.1.example.org".into(), false)));
        assert!(parse("ftp://x").is_err() && parse("").is_err() && parse("http://a b").is_err() && parse("http://u@h").is_err());
    }
}
