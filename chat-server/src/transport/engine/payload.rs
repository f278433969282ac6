//! The two framings in which Engine.IO 3 polls.
//!
//! - Text: `LENGTH:packet…`, the length in UTF-16 code units, as JavaScript counts;
//! - binary: for each packet a byte 0, the digits of its length in bytes as bytes 0 to 9, a byte
//!   255, and the packet in UTF-8.

use std::fmt::Write as _;

/// A body that is no payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Takes a text payload apart. Empty packets, which old clients send when they have none, are left out.
///
/// # Errors
/// Where a length is no number, or does not fit what follows.
pub fn split(mut text: &str) -> Result<Vec<&str>, Malformed> {
    let mut packets = Vec::new();
    while !text.is_empty() {
        let (length, rest) = text.split_once(':').ok_or(Malformed)?;
        if length.is_empty() || length.len() > 9 || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Malformed);
        }
        let end = bytes_of(rest, length.parse().map_err(|_| Malformed)?)?;
        let (packet, after) = rest.split_at(end);
        if !packet.is_empty() {
            packets.push(packet);
        }
        text = after;
    }
    Ok(packets)
}

/// How many bytes so many UTF-16 code units take.
fn bytes_of(text: &str, mut units: usize) -> Result<usize, Malformed> {
    let mut bytes = 0;
    let mut rest = text.chars();
    while units > 0 {
        let next = rest.next().ok_or(Malformed)?;
        // A length that ends within a pair of surrogates does not fit.
        units = units.checked_sub(next.len_utf16()).ok_or(Malformed)?;
        bytes += next.len_utf8();
    }
    Ok(bytes)
}

/// Puts packets together as a binary payload.
#[must_use]
pub fn binary<'a>(packets: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut payload = Vec::new();
    for packet in packets {
        payload.push(0);
        payload.extend(packet.len().to_string().bytes().map(|digit| digit - b'0'));
        payload.push(255);
        payload.extend_from_slice(packet.as_bytes());
    }
    payload
}

/// Puts packets together as a text payload of nothing but ASCII, see [`ascii`].
#[must_use]
pub fn text<'a>(packets: impl IntoIterator<Item = &'a str>) -> String {
    let mut payload = String::new();
    for packet in packets {
        let packet = ascii(packet);
        // A `String` takes everything that is written to it.
        let _ = write!(payload, "{}:{packet}", packet.len());
    }
    payload
}

/// The same packet with `\uXXXX` for all that is not ASCII: what is not ASCII in a packet stands in
/// a string of its JSON.
fn ascii(packet: &str) -> String {
    let mut escaped = String::with_capacity(packet.len());
    for c in packet.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAID: &str = r#"42["message","héllo 你好 👋"]"#;

    #[test]
    fn text_is_taken_apart_by_utf_16() {
        assert_eq!(split(&format!("27:{SAID}1:2")), Ok(vec![SAID, "2"]));
        assert_eq!(split("0:"), Ok(vec![]));
        assert_eq!(split("0:1:30:"), Ok(vec!["3"]));
        assert_eq!(split(""), Ok(vec![]));
        assert_eq!(split("2:👋"), Ok(vec!["👋"]));
    }

    #[test]
    fn what_does_not_fit_is_malformed() {
        let bodies = ["4", ":4", "2:4", "-1:4", "+1:4", " 1:4", "x:4", "1:4x", "1:👋", "1:👋x", "3:👋", "9999999999:4", "1:41:"];
        for body in bodies {
            assert_eq!(split(body), Err(Malformed), "{body}");
        }
    }

    #[test]
    fn binary_has_the_bytes_that_old_parsers_read() {
        assert_eq!(binary(["2"]), [0, 1, 255, b'2']);
        let mut expected = vec![0, 3, 4, 255];
        expected.extend(SAID.as_bytes());
        expected.extend([0, 1, 255, b'6']);
        assert_eq!(SAID.len(), 34);
        assert_eq!(binary([SAID, "6"]), expected);
        assert!(binary([]).is_empty());
    }

    #[test]
    fn text_is_ascii() {
        assert_eq!(text([SAID, "6"]), r#"52:42["message","h\u00e9llo \u4f60\u597d \ud83d\udc4b"]1:6"#);
        assert_eq!(text([]), "");
    }

    /// The framing as the old parsers read it: bytes first, UTF-8 afterwards.
    fn read_binary(mut payload: &[u8]) -> Vec<String> {
        let mut packets = Vec::new();
        while let [0, rest @ ..] = payload {
            let digits = rest.iter().position(|byte| *byte == 255).unwrap();
            let length = rest[..digits].iter().fold(0, |length, digit| length * 10 + usize::from(*digit));
            let (packet, after) = rest[digits + 1..].split_at(length);
            packets.push(String::from_utf8(packet.to_vec()).unwrap());
            payload = after;
        }
        assert!(payload.is_empty(), "{payload:?}");
        packets
    }

    proptest! {
        #[test]
        fn packets_survive_both_framings(said in prop::collection::vec(any::<String>(), 0..5)) {
            let packets: Vec<String> = said.iter().map(|said| format!("42{}", serde_json::json!(["message", said]))).collect();
            let engines: String = packets.iter().map(|packet| format!("{}:{packet}", packet.encode_utf16().count())).collect();
            let found = split(&engines).unwrap();
            prop_assert_eq!(&found, &packets);
            prop_assert_eq!(&read_binary(&binary(found.iter().copied())), &packets);

            let plain = text(found);
            prop_assert!(plain.is_ascii());
            for (packet, said) in split(&plain).unwrap().into_iter().zip(&said) {
                let read: (String, String) = serde_json::from_str(packet.strip_prefix("42").unwrap()).unwrap();
                prop_assert_eq!(&read.1, said);
            }
        }

        #[test]
        fn no_body_brings_it_down(body in any::<String>(), framed in "([0-9]{0,3}:?[a-z👋é]{0,3}){0,8}") {
            let _ = split(&body);
            if let Ok(packets) = split(&framed) {
                let bytes: usize = packets.iter().map(|packet| packet.len()).sum();
                prop_assert!(bytes <= framed.len());
            }
        }
    }
}
