//! UTF-8 that was encoded twice.
//!
//! Clients 1.1 to 1.7 encode the text of a post as UTF-8 into a string whose characters are those
//! bytes, and then the browser encodes that string as UTF-8. Clients 2.x encode once. Neither says
//! which it is, and both count the length in characters of what is sent: of `é` the one posts
//! `Ã©`, and somebody with the other may have written just that.
//!
//! So the rule asks what can be known, of all packets of one post together:
//!
//! - Text that was encoded twice has no character above U+00FF, and its characters, taken for
//!   bytes, are UTF-8. A post with anything else in it was encoded once, for certain: one Chinese
//!   word, one lone `é` is enough.
//! - A 2.x client that joins a namespace writes a comma behind its name where 1.x has none: it
//!   encodes once, for certain.
//! - What was certain once holds for the whole session (see [`post`](super::post)).
//! - What is left is read as encoded twice. The two readings have the same bytes then, so nothing
//!   can tell them apart; but for 1.x it is every word with an accent, and for 2.x it is somebody
//!   who polls, in the namespace `/`, and whose very first line with anything but ASCII imitates
//!   broken text on purpose.

use std::borrow::Cow;

/// What the packets of one post show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing but ASCII: both ways are the same.
    Either,
    /// Encoded once, for certain.
    Once,
    /// Encoded twice, unless the session is known to encode once.
    Twice,
}

/// How the packets of one post were encoded.
#[must_use]
pub fn read(packets: &[&str]) -> Reading {
    if packets.iter().any(|packet| joins_as_2_x(packet)) {
        return Reading::Once;
    }
    if packets.iter().all(|packet| packet.is_ascii()) {
        return Reading::Either;
    }
    if packets.iter().all(|packet| decode(packet).is_some()) { Reading::Twice } else { Reading::Once }
}

/// Takes one encoding off; a packet without a second one stays as it is.
#[must_use]
pub fn repair(packet: &str) -> Cow<'_, str> {
    if packet.is_ascii() { Cow::Borrowed(packet) } else { decode(packet).map_or(Cow::Borrowed(packet), Cow::Owned) }
}

/// `40/chat,` where 1.x writes `40/chat`.
fn joins_as_2_x(packet: &str) -> bool {
    packet.strip_prefix("40/").is_some_and(|namespace| namespace.ends_with(','))
}

/// The characters as bytes, read as UTF-8. Old browsers encode half of a surrogate pair, such as
/// an emoji leaves that was cut in two; that half is the replacement character.
fn decode(packet: &str) -> Option<String> {
    let bytes: Vec<u8> = packet.chars().map(|c| u8::try_from(c).ok()).collect::<Option<_>>()?;
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    loop {
        match std::str::from_utf8(rest) {
            Ok(good) => {
                text.push_str(good);
                return Some(text);
            }
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                let [0xED, 0xA0..=0xBF, 0x80..=0xBF, after @ ..] = bad else { return None };
                text.push_str(std::str::from_utf8(good).ok()?);
                text.push(char::REPLACEMENT_CHARACTER);
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a 1.x client posts for a packet.
    fn twice(packet: &str) -> String {
        packet.bytes().map(char::from).collect()
    }

    #[test]
    fn what_was_encoded_twice_is_found_and_put_right() {
        for text in ["héllo 你好 👋", "é", "naïve café", "你好", "\u{80}", "\u{7ff}\u{800}\u{ffff}\u{10ffff}"] {
            let packet = format!("42[\"message\",\"{text}\"]");
            let posted = twice(&packet);
            assert_eq!(read(&["2", &posted]), Reading::Twice, "{text}");
            assert_eq!(repair(&posted), packet);
        }
        assert_eq!(twice("é"), "Ã©");
    }

    #[test]
    fn what_was_encoded_once_is_known() {
        for text in ["héllo 你好 👋", "é", "naïve café", "你好", "👋", "Ãé", "Ã", "\u{80}", "Ã© 你"] {
            let packet = format!("42[\"message\",\"{text}\"]");
            assert_eq!(read(&[&packet]), Reading::Once, "{text}");
        }
        // One of them tells of them all.
        assert_eq!(read(&["42[\"message\",\"Ã©\"]", "42[\"message\",\"é\"]"]), Reading::Once);
        assert_eq!(read(&["40/chat,"]), Reading::Once);
        assert_eq!(read(&["40/chat?a=b,", "42[\"message\",\"Ã©\"]"]), Reading::Once);
    }

    #[test]
    fn ascii_tells_nothing() {
        for packets in [&["2"][..], &["40/chat"], &["40/chat?a=b"], &["41/chat,"], &["42[\"message\",\"hi,\"]"], &[]] {
            assert_eq!(read(packets), Reading::Either, "{packets:?}");
        }
        assert!(matches!(repair("42[]"), Cow::Borrowed("42[]")));
    }

    #[test]
    fn half_a_pair_of_surrogates_is_replaced() {
        // U+D83D alone, as bytes ED A0 BD, between two letters.
        assert_eq!(read(&["4a\u{ed}\u{a0}\u{bd}b"]), Reading::Twice);
        assert_eq!(repair("4a\u{ed}\u{a0}\u{bd}b\u{c3}\u{a9}"), "4a\u{fffd}bé");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            let posted = twice(&text);
            prop_assert_eq!(repair(&posted), text);
        }

        /// One character beyond U+00FF, and nothing is touched.
        #[test]
        fn text_beyond_latin_1_was_encoded_once(before in any::<String>(), c in prop::char::range('\u{100}', char::MAX), after in any::<String>()) {
            prop_assert_eq!(read(&["2", &format!("4{before}{c}{after}")]), Reading::Once);
        }

        /// What is read as encoded twice has exactly the bytes of such a text: nothing else is touched.
        #[test]
        fn only_the_image_of_another_text_is_touched(latin in "[\u{20}-\u{ff}]{0,6}") {
            if read(&[&latin]) == Reading::Twice {
                let repaired = repair(&latin);
                prop_assert!(twice(&repaired) == latin || repaired.contains(char::REPLACEMENT_CHARACTER));
            }
        }
    }
}
