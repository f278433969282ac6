//! Highlighted code. The grammars are loaded when the first code is seen, not before.

use std::sync::OnceLock;

use ratatui::style::{Modifier, Style};
use syntect::easy::HighlightLines;
use syntect::highlighting::{FontStyle, ThemeSet};
use syntect::parsing::SyntaxSet;

use super::wrap::Run;
use crate::theme::{Depth, Theme};

/// Longer code is shown plain: highlighting it would be felt.
const MOST: usize = 8_192;

static GRAMMARS: OnceLock<(SyntaxSet, ThemeSet)> = OnceLock::new();

/// Each line of the code, in runs.
#[must_use]
pub fn highlight(code: &str, language: &str, theme: Theme) -> Vec<Vec<Run>> {
    let plain = || code.split('\n').map(|line| vec![(line.to_owned(), Style::new())]).collect();
    let language = language.split([' ', ',', '{']).next().unwrap_or("");
    if language.is_empty() || code.len() > MOST || matches!(theme.depth, Depth::None | Depth::Basic) {
        return plain();
    }
    let (grammars, themes) = GRAMMARS.get_or_init(|| (SyntaxSet::load_defaults_newlines(), ThemeSet::load_defaults()));
    let name = if theme.night { "base16-ocean.dark" } else { "InspiredGitHub" };
    let (Some(grammar), Some(colors)) = (grammars.find_syntax_by_token(language), themes.themes.get(name)) else {
        return plain();
    };
    let mut highlighter = HighlightLines::new(grammar, colors);
    let mut lines = Vec::new();
    for line in code.split('\n') {
        let whole = format!("{line}\n");
        let Ok(pieces) = highlighter.highlight_line(&whole, grammars) else { return plain() };
        let runs = pieces.into_iter().map(|(style, text)| {
            let color = style.foreground;
            let mut drawn = theme.code(color.r, color.g, color.b);
            if style.font_style.contains(FontStyle::BOLD) {
                drawn = drawn.add_modifier(Modifier::BOLD);
            }
            if style.font_style.contains(FontStyle::ITALIC) {
                drawn = drawn.add_modifier(Modifier::ITALIC);
            }
            (text.trim_end_matches('\n').to_owned(), drawn)
        });
        lines.push(runs.filter(|(text, _)| !text.is_empty()).collect());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_languages_have_colours_and_keep_their_text() {
        let theme = Theme { night: true, depth: Depth::True };
        let code = "fn main() {\n    // hi\n}";
        let lines = highlight(code, "rust", theme);
        let text = |lines: &[Vec<Run>]| {
            lines.iter().map(|line| line.iter().map(|(text, _)| text.as_str()).collect::<String>()).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(text(&lines), code);
        assert!(lines[0].len() > 1, "several colours");
        let unknown = highlight(code, "no such language", theme);
        assert_eq!((text(&unknown).as_str(), unknown[0].len()), (code, 1));
    }
}
