//! How well one colour is seen on another (WCAG 2), and which of a terminal's colours is nearest.

use std::sync::OnceLock;

use ratatui::style::Color;

/// The contrast that text needs.
const READABLE: f64 = 4.5;

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl From<u32> for Rgb {
    fn from(hex: u32) -> Self {
        let [_, red, green, blue] = hex.to_be_bytes();
        Self(red, green, blue)
    }
}

/// The contrast between two colours, from 1 to 21.
#[must_use]
pub fn ratio(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(Rgb(red, green, blue): Rgb) -> f64 {
    // Looked up, since it is asked for each name of each frame.
    static LINEAR: OnceLock<[f64; 256]> = OnceLock::new();
    let linear = LINEAR.get_or_init(|| {
        std::array::from_fn(|channel| {
            // In 0..=255.
            let value = channel as f64 / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    });
    let linear = |channel: u8| linear[usize::from(channel)];
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// The colour, made lighter (or darker) until it can be read on all of the grounds.
#[must_use]
pub fn readable(color: Rgb, grounds: &[Rgb], lighter: bool) -> Rgb {
    let end = if lighter { 255.0 } else { 0.0 };
    let mixed = |step: u32| {
        let mix = |channel: u8| {
            let value = f64::from(channel);
            let mixed = value + (end - value) * f64::from(step) / 32.0;
            // In 0..=255 by construction.
            mixed.round() as u8
        };
        Rgb(mix(color.0), mix(color.1), mix(color.2))
    };
    let fits = |candidate: &Rgb| grounds.iter().all(|ground| ratio(*candidate, *ground) >= READABLE);
    (0..32).map(mixed).find(fits).unwrap_or(mixed(32))
}

/// The nearest of the 240 fixed colours of a 256-colour terminal.
#[must_use]
pub fn nearest_indexed(color: Rgb) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |channel: u8| (0..6_u8).min_by_key(|&i| LEVELS[usize::from(i)].abs_diff(channel)).unwrap_or(0);
    let (r, g, b) = (level(color.0), level(color.1), level(color.2));
    let cube = Rgb(LEVELS[usize::from(r)], LEVELS[usize::from(g)], LEVELS[usize::from(b)]);
    let mean = (u16::from(color.0) + u16::from(color.1) + u16::from(color.2)) / 3;
    let gray_index = u8::try_from(mean.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let gray_level = 8 + 10 * gray_index;
    if distance(color, Rgb(gray_level, gray_level, gray_level)) < distance(color, cube) {
        232 + gray_index
    } else {
        16 + 36 * r + 6 * g + b
    }
}

/// One of six colours of a 16-colour terminal, by hue.
#[must_use]
pub fn nearest_basic(Rgb(red, green, blue): Rgb) -> Color {
    let middle = red.max(green).max(blue) / 2 + red.min(green).min(blue) / 2;
    match (red > middle, green > middle, blue > middle) {
        (true, true, false) => Color::Yellow,
        (true, false, true) => Color::Magenta,
        (false, true, true) => Color::Cyan,
        (true, false, false) => Color::Red,
        (false, true, false) => Color::Green,
        (false, false, true) => Color::Blue,
        (true, true, true) | (false, false, false) => Color::Reset,
    }
}

fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_scale_has_its_ends() {
        assert!((ratio(Rgb(0, 0, 0), Rgb(255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((ratio(Rgb(9, 9, 9), Rgb(9, 9, 9)) - 1.0).abs() < 0.01);
    }

    #[test]
    fn fixed_colours_are_found() {
        assert_eq!(nearest_indexed(Rgb(255, 0, 0)), 196);
        assert_eq!(nearest_indexed(Rgb(18, 20, 26)), 233);
        assert_eq!(nearest_basic(Rgb(220, 40, 30)), Color::Red);
    }

    proptest! {
        #[test]
        fn any_colour_becomes_readable(red in any::<u8>(), green in any::<u8>(), blue in any::<u8>()) {
            for (grounds, lighter) in [([0x12_14_1a, 0x2b_35_50], true), ([0xff_ff_ff, 0xdb_e5_ff], false)] {
                let grounds = grounds.map(Rgb::from);
                let shifted = readable(Rgb(red, green, blue), &grounds, lighter);
                prop_assert!(grounds.iter().all(|ground| ratio(shifted, *ground) >= 4.5));
            }
        }
    }
}
