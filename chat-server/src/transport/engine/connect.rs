//! A namespace's query.
//!
//! Clients 1.6 to 2.x write the page's query a second time, behind the name of a namespace that
//! they join: `40/chat?sid=123456,`. Socket.IO's layer takes all of that for the name and knows no
//! such namespace; nor would the client know an answer under that name. The query came with the
//! handshake, so what stands behind the name is left out.

use std::borrow::Cow;

/// A packet without the query of the namespace that it joins, if it does that.
#[must_use]
pub fn without_query(packet: &str) -> Cow<'_, str> {
    let joins = packet.strip_prefix("40/").and_then(|name| name.split_once('?'));
    match joins {
        // A comma ends the name; what comes after it is no business of ours.
        Some((name, _)) if !name.contains(',') => Cow::Owned(format!("40/{name},")),
        _ => Cow::Borrowed(packet),
    }
}

/// Whether a line is opened with a query that holds anything of the page's own.
#[must_use]
pub fn opens_with_a_query(query: &str) -> bool {
    let mut names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    !names.clone().any(|name| name == "sid") && names.any(|name| !["EIO", "transport", "t", "b64"].contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_behind_a_name_is_left_out() {
        for (packet, expected) in [
            ("40/chat?sid=123456,", "40/chat,"),
            ("40/chat?sid=123456", "40/chat,"),
            ("40/chat?", "40/chat,"),
            ("40/chat?a=b,c", "40/chat,"),
            ("40/chat,", "40/chat,"),
            ("40/chat", "40/chat"),
            ("40/chat,{\"a\":\"b?c\"}", "40/chat,{\"a\":\"b?c\"}"),
            ("40", "40"),
            ("41/chat?a", "41/chat?a"),
            ("42/chat,[\"message\",\"?\"]", "42/chat,[\"message\",\"?\"]"),
        ] {
            assert_eq!(without_query(packet), expected);
        }
    }

    #[test]
    fn what_a_client_asks_is_not_the_pages_own() {
        for query in ["EIO=3&transport=websocket&t=1&b64=1", "EIO=3&token=x&sid=hT9-yT7Yx_NLmqp0"] {
            assert!(!opens_with_a_query(query), "{query}");
        }
        for query in ["EIO=3&classic_sid=123456", "token=x&EIO=3", "EIO=3&flag", "EIO=3&transports=x"] {
            assert!(opens_with_a_query(query), "{query}");
        }
    }
}
