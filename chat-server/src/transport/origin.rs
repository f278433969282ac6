//! Who may use a browser's session cookie, and from where somebody comes.
//!
//! Cookies go along with requests from any page, so a cookie counts only where the browser says
//! that the request comes from our own page: WebSockets know no CORS.

use std::net::IpAddr;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, header, request::Parts};
use axum_extra::extract::CookieJar;
use chat_proto::secret::Token;

use crate::transport::watched::Peer;

/// The session cookie's name.
pub const COOKIE: &str = "chat_session";

/// Whom to believe.
#[derive(Debug, Default)]
pub struct Origins {
    /// Origins besides our own whose pages may use the cookie, such as `https://chat.example`.
    pub allowed: Vec<String>,
    /// Reverse proxies whose `X-Forwarded-…` headers are believed.
    pub proxies: Vec<IpAddr>,
}

impl Origins {
    /// The session cookie, where it may be believed.
    #[must_use]
    pub fn session_cookie(&self, parts: &Parts) -> Option<Token> {
        let peer = peer(parts);
        let value = CookieJar::from_headers(&parts.headers).get(COOKIE)?.value().to_owned();
        self.is_ours(&parts.headers, peer).then(|| Token::parse(value).ok()).flatten()
    }

    /// Whether the request comes from a page of ours: `Origin` is our own scheme and host or a
    /// configured one; without it (Chromium sends none on same-origin polling) `Sec-Fetch-Site`
    /// must be absent or `same-origin`.
    #[must_use]
    pub fn is_ours(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match text("origin") {
            Some(origin) => {
                self.allowed.iter().any(|allowed| allowed == origin) || self.own(headers, peer).is_some_and(|own| own == origin)
            }
            None => matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")),
        }
    }

    /// Whether the browser's line is encrypted, as far as a believed proxy tells.
    #[must_use]
    pub fn is_https(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> bool {
        self.forwarded(headers, peer, "x-forwarded-proto").is_some_and(|scheme| scheme == "https")
    }

    /// The address to throttle by.
    #[must_use]
    pub fn client_address(&self, parts: &Parts, peer: Option<IpAddr>) -> String {
        let forwarded = self.forwarded(&parts.headers, peer, "x-forwarded-for");
        // The last one is what the believed proxy saw; what stands before it anybody can write.
        let last = forwarded.and_then(|list| list.rsplit(',').next()).map(|last| last.trim().to_owned());
        last.or_else(|| peer.map(|ip| ip.to_string())).unwrap_or_default()
    }

    fn own(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Option<String> {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let host = self.forwarded(headers, peer, "x-forwarded-host").unwrap_or(host);
        let scheme = if self.is_https(headers, peer) { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }

    fn forwarded<'a>(&self, headers: &'a HeaderMap, peer: Option<IpAddr>, name: &str) -> Option<&'a str> {
        let believed = peer.is_some_and(|peer| self.proxies.contains(&peer));
        headers.get(name).filter(|_| believed)?.to_str().ok()
    }
}

/// The address at the other end of the line.
#[must_use]
pub fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.address.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_cookie_counts_from_our_own_page_alone() {
        let proxy: IpAddr = "127.0.0.1".parse().unwrap();
        let origins = Origins { allowed: vec!["https://other.example".to_owned()], proxies: vec![proxy] };
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[("host", "chat:3000")], true),
            (&[("host", "chat:3000"), ("origin", "http://chat:3000")], true),
            (&[("host", "chat:3000"), ("origin", "http://evil.example")], false),
            (&[("host", "chat:3000"), ("origin", "null")], false),
            (&[("host", "chat:3000"), ("origin", "https://other.example")], true),
            (&[("host", "chat:3000"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "chat:3000"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "chat.example"), ("x-forwarded-proto", "https"), ("origin", "https://chat.example")], true),
            (&[("host", "chat.example"), ("x-forwarded-proto", "https"), ("origin", "http://chat.example")], false),
        ];
        for (pairs, ours) in cases {
            let pairs: Vec<(&'static str, &str)> = pairs.iter().map(|(name, value)| (*name, *value)).collect();
            assert_eq!(origins.is_ours(&headers(&pairs), Some(proxy)), *ours, "{pairs:?}");
        }
        let stranger = Some("10.0.0.9".parse().unwrap());
        let lying = headers(&[("host", "chat"), ("x-forwarded-proto", "https"), ("origin", "https://chat")]);
        assert!(!origins.is_ours(&lying, stranger));
    }
}
