//! A namespace that refuses, as clients 1.1 to 2.x know it: with a text, `44"…"`. Socket.IO's layer
//! puts the text into an object, as clients since 3 want it, and a page would show `[object Object]`.

use std::borrow::Cow;

use serde::Deserialize;

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

/// A packet with its refusal as a text, if it is one.
#[must_use]
pub fn as_text(packet: &str) -> Cow<'_, str> {
    let at = packet.find('{').filter(|_| packet.starts_with("44"));
    let refusal = at.and_then(|at| Some((at, serde_json::from_str::<Refusal>(&packet[at..]).ok()?)));
    match refusal {
        Some((at, Refusal { message })) => Cow::Owned(format!("{}{}", &packet[..at], serde_json::Value::from(message))),
        None => Cow::Borrowed(packet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_becomes_a_text() {
        for (packet, expected) in [
            ("44{\"message\":\"Authentication error\"}", "44\"Authentication error\""),
            ("44/chat,{\"message\":\"say \\\"a\\\"\"}", "44/chat,\"say \\\"a\\\"\""),
            ("44\"as it is\"", "44\"as it is\""),
            ("44{\"data\":1}", "44{\"data\":1}"),
            ("42[\"x\",{\"message\":\"y\"}]", "42[\"x\",{\"message\":\"y\"}]"),
            ("4", "4"),
            ("", ""),
        ] {
            assert_eq!(as_text(packet), expected);
        }
    }
}
