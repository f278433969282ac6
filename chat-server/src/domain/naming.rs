//! Free names and colours.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chat_proto::id::UserId;
use chat_proto::limits;
use chat_proto::name::{DisplayName, JoinCode, confusable_key};
use chat_proto::user::Color;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::random::Random;

/// Up to this number candidates count up; then they jump, so that a crowd of one name costs
/// nobody a look-up for each of the crowd.
const COUNTED: u64 = 20;

/// The name itself, then `NAME 2`, `NAME 3` …, each short enough. `seed` chooses the jumps that
/// follow when all of those are taken.
pub fn candidates(wished: &DisplayName, seed: &str) -> impl Iterator<Item = DisplayName> {
    let wished = wished.clone();
    let seed = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let numbers = (2..=COUNTED).chain((1_u64..).map(move |step| {
        let spread = seed.wrapping_mul(step.wrapping_mul(2) + 1) >> 16;
        COUNTED + 1 + spread % (1_000 * step)
    }));
    std::iter::once(wished.clone()).chain(numbers.filter_map(move |number| {
        let suffix = format!(" {number}");
        let mut stem: String = wished.as_str().graphemes(true).take(limits::DISPLAY_NAME - suffix.len()).collect();
        while stem.len() + suffix.len() > limits::DISPLAY_NAME_BYTES {
            stem.pop();
        }
        DisplayName::parse(format!("{}{suffix}", stem.trim_end())).ok()
    }))
}

/// The names of passing guests: in use, though nothing is stored of them.
#[derive(Debug, Default)]
pub struct PassingNames(Mutex<HashMap<String, UserId>>);

impl PassingNames {
    /// Whether the name of that key is in use.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// Takes the first of the candidates that is free, or theirs already, for that person.
    pub fn take(&self, wished: &DisplayName, user: &UserId) -> DisplayName {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in candidates(wished, user.as_str()) {
            let holder = names.entry(confusable_key(name.as_str())).or_insert_with(|| user.clone());
            if holder == user {
                return name;
            }
        }
        unreachable!("the candidates never end")
    }

    /// The person's name is free again.
    pub fn release(&self, name: &DisplayName, user: &UserId) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = confusable_key(name.as_str());
        if names.get(&key) == Some(user) {
            names.remove(&key);
        }
    }
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

/// A join code that nobody can guess within a lifetime of tries.
pub fn join_code(random: &mut dyn Random) -> JoinCode {
    let alphabet: Vec<char> = limits::JOIN_CODE_ALPHABET.chars().collect();
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    // 32 letters: every byte falls on one of them evenly.
    let code: String = bytes.iter().map(|byte| alphabet[usize::from(*byte) % alphabet.len()]).collect();
    JoinCode::parse(code).unwrap_or_else(|reason| unreachable!("a made code {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_names_count_up() {
        let name = DisplayName::parse("ada").unwrap();
        let names: Vec<String> = candidates(&name, "x").take(3).map(|name| name.to_string()).collect();
        assert_eq!(names, ["ada", "ada 2", "ada 3"]);
        let far: Vec<_> = candidates(&name, "x").skip(20).take(50).collect();
        let other: Vec<_> = candidates(&name, "y").skip(20).take(50).collect();
        assert_ne!(far, other, "a crowd spreads");
        let long = DisplayName::parse("x".repeat(64)).unwrap();
        assert_eq!(candidates(&long, "x").nth(1).unwrap().as_str(), format!("{} 2", "x".repeat(62)));
    }
}
