//! Colours by name, in two themes and four depths. In 16 colours and without any the same
//! meanings are carried by bold, underline and reverse.

use chat_proto::user::Color as Hex;
use ratatui::style::{Color, Modifier, Style};

pub mod contrast;

use contrast::Rgb;

/// Which theme somebody chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// By the background that the terminal told.
    #[default]
    Auto,
    /// Dark.
    Night,
    /// Light.
    Day,
}

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// All of them.
    #[default]
    True,
    /// 256.
    Indexed,
    /// 16.
    Basic,
    /// None, or none wanted.
    None,
}

/// What something means, which decides how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the colour of that name in the table of colours")]
pub enum Role {
    Text,
    Muted,
    Line,
    Accent,
    Ok,
    Warn,
    Error,
    /// The side columns and the code blocks.
    Panel,
    /// A line that mentions the reader.
    Mention,
    /// What is chosen.
    Selection,
    /// What must be seen: unread, the current room.
    Strong,
}

/// A theme at a depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Theme {
    /// Dark ground.
    pub night: bool,
    /// How many colours there are.
    pub depth: Depth,
}

/// The colours of one theme.
struct Palette {
    bg: u32,
    panel: u32,
    line: u32,
    text: u32,
    muted: u32,
    accent: u32,
    ok: u32,
    warn: u32,
    error: u32,
    mention: u32,
    selection: u32,
}

const NIGHT: Palette = Palette {
    bg: 0x12_14_1a,
    panel: 0x18_1b_23,
    line: 0x2a_2f_3b,
    text: 0xe6_e8_ee,
    muted: 0x9a_a3_b5,
    accent: 0x7a_a2_f7,
    ok: 0x7f_d3_8a,
    warn: 0xe5_b5_67,
    error: 0xf0_8a_8a,
    mention: 0x3a_33_20,
    selection: 0x2b_35_50,
};

const DAY: Palette = Palette {
    bg: 0xff_ff_ff,
    panel: 0xf4_f5_f8,
    line: 0xd5_da_e3,
    text: 0x1c_20_30,
    muted: 0x59_62_7a,
    accent: 0x2a_55_c8,
    ok: 0x1b_72_33,
    warn: 0x80_54_0a,
    error: 0xb3_26_1e,
    mention: 0xff_f1_cc,
    selection: 0xdb_e5_ff,
};

impl Theme {
    /// The theme for a choice, the terminal's own ground and its depth.
    #[must_use]
    pub fn new(choice: Choice, light: bool, depth: Depth) -> Self {
        let night = match choice {
            Choice::Auto => !light,
            Choice::Night => true,
            Choice::Day => false,
        };
        Self { night, depth }
    }

    fn palette(self) -> &'static Palette {
        if self.night { &NIGHT } else { &DAY }
    }

    /// The ground of everything.
    #[must_use]
    pub fn base(self) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => Style::new().fg(self.color(self.palette().text)).bg(self.color(self.palette().bg)),
            Depth::Basic | Depth::None => Style::reset(),
        }
    }

    /// How something of this meaning is drawn. Sets only what differs from the ground.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => self.rich(role),
            Depth::Basic => basic(role),
            Depth::None => plain(role),
        }
    }

    fn rich(self, role: Role) -> Style {
        let palette = self.palette();
        let fg = |color| Style::new().fg(self.color(color));
        let bg = |color| Style::new().bg(self.color(color));
        match role {
            Role::Text => fg(palette.text),
            Role::Muted => fg(palette.muted),
            Role::Line => fg(palette.line),
            Role::Accent => fg(palette.accent),
            Role::Ok => fg(palette.ok),
            Role::Warn => fg(palette.warn),
            Role::Error => fg(palette.error),
            Role::Panel => bg(palette.panel),
            Role::Mention => bg(palette.mention),
            Role::Selection => bg(palette.selection),
            Role::Strong => fg(palette.accent).add_modifier(Modifier::BOLD),
        }
    }

    /// Somebody's own colour, made light or dark enough to be read.
    #[must_use]
    pub fn person(self, color: &Hex) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        match self.depth {
            Depth::True | Depth::Indexed => {
                let own = u32::from_str_radix(color.as_str().trim_start_matches('#'), 16).unwrap_or(0x80_80_80);
                Style::new().fg(self.rgb(contrast::readable(Rgb::from(own), &self.grounds(), self.night)))
            }
            Depth::Basic => {
                let own = u32::from_str_radix(color.as_str().trim_start_matches('#'), 16).unwrap_or(0x80_80_80);
                bold.fg(contrast::nearest_basic(Rgb::from(own)))
            }
            Depth::None => bold,
        }
    }

    /// A colour of a highlighted piece of code; nothing where there are too few colours.
    #[must_use]
    pub fn code(self, red: u8, green: u8, blue: u8) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => {
                Style::new().fg(self.rgb(contrast::readable(Rgb(red, green, blue), &self.grounds(), self.night)))
            }
            Depth::Basic | Depth::None => Style::new(),
        }
    }

    /// All grounds that text can stand on.
    fn grounds(self) -> [Rgb; 4] {
        let palette = self.palette();
        [palette.bg, palette.panel, palette.mention, palette.selection].map(Rgb::from)
    }

    fn color(self, hex: u32) -> Color {
        self.rgb(Rgb::from(hex))
    }

    fn rgb(self, color: Rgb) -> Color {
        match self.depth {
            Depth::Indexed => Color::Indexed(contrast::nearest_indexed(color)),
            Depth::True | Depth::Basic | Depth::None => Color::Rgb(color.0, color.1, color.2),
        }
    }
}

fn basic(role: Role) -> Style {
    match role {
        Role::Text => Style::new(),
        Role::Muted | Role::Line => Style::new().add_modifier(Modifier::DIM),
        Role::Accent => Style::new().fg(Color::Blue),
        Role::Ok => Style::new().fg(Color::Green),
        Role::Warn => Style::new().fg(Color::Yellow),
        Role::Error => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Panel => Style::new(),
        Role::Mention => Style::new().add_modifier(Modifier::BOLD),
        Role::Selection => Style::new().add_modifier(Modifier::REVERSED),
        Role::Strong => Style::new().add_modifier(Modifier::BOLD),
    }
}

fn plain(role: Role) -> Style {
    match role {
        Role::Text | Role::Muted | Role::Line | Role::Ok | Role::Warn | Role::Panel => Style::new(),
        Role::Accent => Style::new().add_modifier(Modifier::UNDERLINED),
        Role::Error | Role::Mention | Role::Strong => Style::new().add_modifier(Modifier::BOLD),
        Role::Selection => Style::new().add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_for_text_can_be_read() {
        for palette in [&NIGHT, &DAY] {
            let grounds = [palette.bg, palette.panel, palette.mention, palette.selection];
            for text in [palette.text, palette.muted, palette.accent, palette.ok, palette.warn, palette.error] {
                for ground in grounds {
                    let ratio = contrast::ratio(Rgb::from(text), Rgb::from(ground));
                    assert!(ratio >= 4.5, "{text:06x} on {ground:06x} has {ratio:.2}");
                }
            }
        }
    }
}
