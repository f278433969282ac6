//! Free names and colours.

use chat_proto::limits;
use chat_proto::name::DisplayName;
use chat_proto::user::Color;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::random::Random;

/// The name itself, then `NAME 2`, `NAME 3` …, each short enough.
pub fn candidates(wished: &DisplayName) -> impl Iterator<Item = DisplayName> + '_ {
    let first = std::iter::once(wished.clone());
    first.chain((2_u32..).filter_map(move |number| {
        let suffix = format!(" {number}");
        let mut stem: String = wished.as_str().graphemes(true).take(limits::DISPLAY_NAME - suffix.len()).collect();
        while stem.len() + suffix.len() > limits::DISPLAY_NAME_BYTES {
            stem.pop();
        }
        DisplayName::parse(format!("{}{suffix}", stem.trim_end())).ok()
    }))
}

/// A name for somebody who gave none: `guest-` and six letters or digits.
pub fn guest_name(random: &mut dyn Random) -> DisplayName {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let tail: String = (0..6).map(|_| char::from(LETTERS[random.below(LETTERS.len() as u32) as usize])).collect();
    DisplayName::parse(format!("guest-{tail}")).unwrap_or_else(|reason| unreachable!("a made name {reason}"))
}

/// A colour for a new user: any hue, strong and light enough to be told from its neighbours.
pub fn color(random: &mut dyn Random) -> Color {
    let hue = f64::from(random.below(360));
    let (saturation, lightness) = (0.62, 0.62);
    let chroma = (1.0 - (2.0 * lightness - 1.0_f64).abs()) * saturation;
    let channel = |offset: f64| {
        let k = (offset + hue / 30.0) % 12.0;
        let value = lightness - chroma / 2.0 * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    };
    let text = format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(8.0), channel(4.0));
    Color::parse(text).unwrap_or_else(|reason| unreachable!("a made colour {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_names_count_up() {
        let name = DisplayName::parse("ada").unwrap();
        let names: Vec<String> = candidates(&name).take(3).map(|name| name.to_string()).collect();
        assert_eq!(names, ["ada", "ada 2", "ada 3"]);
        let long = DisplayName::parse("x".repeat(64)).unwrap();
        assert_eq!(candidates(&long).nth(1).unwrap().as_str(), format!("{} 2", "x".repeat(62)));
    }
}
