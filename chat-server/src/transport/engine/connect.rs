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
}
