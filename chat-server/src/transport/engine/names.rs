//! Names of events that are written with an escape, such as `"a\"b"`.
//!
//! Socket.IO's layer borrows an event's name from the packet as it stands there. A name with an escape does not stand there
//! as it is meant, and the layer ends the connection for it: of somebody whose event has an odd name, or
//! whose client writes `\u00e9` where others write `é`. So on their way to the layer the escapes of names,
//! and nothing else, are written with characters that need none, two bytes for two; [`meant`] reads them.
//!
//! The marks are U+0080 to U+0089, controls that nobody has a use for. A name that holds one of them all the same is
//! taken for another one that there is not, either.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use futures_util::StreamExt;

/// What may stand behind a backslash in JSON.
const ESCAPES: [char; 9] = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't', 'u'];
/// The first two bytes of every mark's UTF-8, without its number.
const MARK: [u8; 2] = [0xc2, 0x80];
/// What ends a packet in a post: of Engine.IO 4; and what begins one in the binary framing of Engine.IO 3. Neither can stand
/// in a packet.
const BETWEEN: [u8; 2] = [0x1e, 0xff];

/// Reads packets byte by byte, and marks the escapes in the names of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// Before the packet.
    #[default]
    Start,
    /// Behind the type of Engine.IO's packet: a message.
    Message,
    /// In the number of a binary event's attachments.
    Attachments,
    /// Before the namespace, or in the number of the acknowledgement.
    Head,
    /// In the name of the namespace.
    Namespace,
    /// Behind the bracket that opens the event's array.
    Array,
    /// In the event's name.
    Name,
    /// Behind a backslash in it.
    Escape,
    /// Behind it, or in something that is no event.
    Past,
}

impl Names {
    /// Takes the next byte; gives the one that shall stand in its place.
    pub fn pass(&mut self, byte: u8) -> u8 {
        let (next, out) = match (*self, byte) {
            (Self::Start, b'4') => (Self::Message, byte),
            (Self::Message, b'2') => (Self::Head, byte),
            (Self::Message, b'5') => (Self::Attachments, byte),
            (Self::Attachments, b'0'..=b'9') => (Self::Attachments, byte),
            (Self::Attachments, b'-') => (Self::Head, byte),
            (Self::Head, b'0'..=b'9') => (Self::Head, byte),
            (Self::Head, b'/') => (Self::Namespace, byte),
            (Self::Head, b'[') => (Self::Array, byte),
            (Self::Namespace, b',') => (Self::Head, byte),
            (Self::Namespace, _) => (Self::Namespace, byte),
            (Self::Array, b' ' | b'\t' | b'\n' | b'\r') => (Self::Array, byte),
            (Self::Array, b'"') => (Self::Name, byte),
            (Self::Name, b'\\') => (Self::Escape, MARK[0]),
            (Self::Name, b'"') => (Self::Past, byte),
            (Self::Name, _) => (Self::Name, byte),
            (Self::Escape, _) => {
                let number = ESCAPES.iter().position(|escape| *escape == char::from(byte)).unwrap_or(ESCAPES.len());
                (Self::Name, MARK[1] + number as u8)
            }
            _ => (Self::Past, byte),
        };
        *self = next;
        out
    }
}

/// A packet with the escapes in its event's name marked.
#[must_use]
pub fn marked(packet: &str) -> Cow<'_, str> {
    let mut names = Names::default();
    let bytes: Vec<u8> = packet.bytes().map(|byte| names.pass(byte)).collect();
    match String::from_utf8(bytes) {
        Ok(marked) if marked != packet => Cow::Owned(marked),
        // No JSON escapes what is not ASCII, so the layer is to see it as it is.
        _ => Cow::Borrowed(packet),
    }
}

/// A post with the escapes in the names of its events marked, as it comes in.
pub fn marked_post(request: Request) -> Request {
    let mut names = Names::default();
    request.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |chunk| {
            let mark = |byte: u8| {
                if BETWEEN.contains(&byte) {
                    names = Names::default();
                    byte
                } else {
                    names.pass(byte)
                }
            };
            chunk.map(|chunk| chunk.iter().copied().map(mark).collect::<Bytes>())
        }))
    })
}

/// The name that was meant by one with marks; as it was written, where its escapes mean nothing.
#[must_use]
pub fn meant(name: String) -> String {
    let mark = |c: char| (c as u32).checked_sub(u32::from(MARK[1])).filter(|number| *number <= ESCAPES.len() as u32);
    if !name.chars().any(|c| mark(c).is_some()) {
        return name;
    }
    let mut written = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        match mark(c).map(|number| ESCAPES.get(number as usize)) {
            None => written.push(c),
            Some(escape) => written.extend(['\\', *escape.unwrap_or(&'?')]),
        }
    }
    serde_json::from_str(&format!("\"{written}\"")).unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// The name that Socket.IO's layer would borrow from there.
    fn borrowed(packet: &str) -> String {
        let json = &packet[packet.find('[').unwrap()..];
        let all: Vec<&serde_json::value::RawValue> = serde_json::from_str(json).unwrap();
        serde_json::from_str::<&str>(all[0].get()).unwrap().to_owned()
    }

    #[test]
    fn names_without_an_escape_stay_and_so_does_everything_else() {
        for packet in [
            "",
            "2",
            "2probe",
            "40/chat,",
            "42[\"message\",\"a\\\"b\\\\\"]",
            "42/a[\"\\\"b,[\"x\",\"\\n\"]",
            "42/chat,17[\"héllo 你好 👋\",{\"\\u0041\":1}]",
            "431[\"a\\\"b\"]",
            "42[7,\"a\\\"b\"]",
            "42{\"a\\\"b\":1}",
            "452-[\"x\",\"\\\"\"]",
            "b4a\\\"",
        ] {
            assert!(matches!(marked(packet), Cow::Borrowed(_)), "{packet}");
        }
    }

    #[test]
    fn names_with_one_are_borrowed_and_meant() {
        for (packet, name) in [
            (r#"42["a\"b","x"]"#, "a\"b"),
            (r#"42/chat,7["a\\","\\"]"#, "a\\"),
            (r#"42/chat?x=1,7[ "\/\b\f\n\r\t"]"#, "/\u{8}\u{c}\n\r\t"),
            (r#"451-["\u00e9\ud83d\udc4b",{"_placeholder":true,"num":0}]"#, "é👋"),
            (r#"42["chat\u0020message","\u0020"]"#, "chat message"),
            // Half of a pair is no character, and such a word is none of an escape.
            (r#"42["\ud83d"]"#, r"\ud83d"),
            (r#"42["\x41"]"#, r"\?41"),
        ] {
            let found = marked(packet);
            assert_eq!(found.len(), packet.len());
            assert_eq!(meant(borrowed(&found)), name, "{packet}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_borrowed_and_meant(name in "[^\u{80}-\u{89}]*", argument in any::<String>(), ascii in any::<bool>()) {
            let mut packet = format!("42{}", json!([name, argument]));
            if ascii {
                packet = packet.chars().map(|c| if c.is_ascii() { c.to_string() } else {
                    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
                }).collect();
            }
            let found = marked(&packet);
            prop_assert_eq!(meant(borrowed(&found)), name);
            let arguments: Vec<Value> = serde_json::from_str(&found[2..]).unwrap();
            prop_assert_eq!(&arguments[1], &Value::from(argument));
        }

        #[test]
        fn no_packet_brings_it_down(packet in any::<String>(), event in "42[\\[\"\\\\a/,é]{0,12}") {
            let _ = (marked(&packet), marked(&event), meant(packet.clone()));
        }
    }
}
