//! The composer: a text, a caret, and readline's way with both.

use chat_proto::place::Place;
use unicode_segmentation::UnicodeSegmentation;

use super::outbox::Target;

/// How many steps can be undone.
const UNDO: usize = 100;

/// What is being written.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    text: String,
    caret: usize,
    killed: String,
    undo: Vec<(String, usize)>,
    typing: bool,
    /// What sending does.
    pub mode: Mode,
}

/// What sending does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mode {
    /// Says it.
    #[default]
    Write,
    /// Answers a message: where, by whom and what it says.
    Reply(Target, String, String),
    /// Changes an own message.
    Edit(Place),
    /// Changes an own message that was never sent.
    Rewrite(chat_proto::id::ClientId),
}

impl Composer {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The caret, in bytes.
    #[must_use]
    pub fn caret(&self) -> usize {
        self.caret
    }

    /// What of it is a draft: something new, not the change of something old.
    #[must_use]
    pub fn draft(&self) -> &str {
        match self.mode {
            Mode::Write | Mode::Reply(..) => &self.text,
            Mode::Edit(_) | Mode::Rewrite(_) => "",
        }
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Puts another text there, with the caret at its end.
    pub fn set(&mut self, text: impl Into<String>) {
        self.remember();
        self.text = text.into();
        self.caret = self.text.len();
    }

    /// Takes the text away.
    pub fn take(&mut self) -> String {
        self.undo.clear();
        self.caret = 0;
        self.mode = Mode::Write;
        std::mem::take(&mut self.text)
    }

    /// Replaces a range, with the caret behind it.
    pub fn replace(&mut self, from: usize, to: usize, with: &str) {
        self.remember();
        self.text.replace_range(from..to, with);
        self.caret = from + with.len();
    }

    /// Writes at the caret.
    pub fn insert(&mut self, text: &str) {
        if !self.typing || text.chars().any(char::is_whitespace) || text.len() > 4 {
            self.remember();
        }
        self.text.insert_str(self.caret, text);
        self.caret += text.len();
        self.typing = true;
    }

    /// Takes away what is before the caret.
    pub fn backspace(&mut self) {
        let from = self.left_of(self.caret);
        self.cut(from, self.caret);
    }

    /// Takes away what is behind the caret.
    pub fn delete(&mut self) {
        let to = self.right_of(self.caret);
        self.cut(self.caret, to);
    }

    /// Moves the caret.
    pub fn go(&mut self, motion: Motion) {
        self.typing = false;
        self.caret = self.after(motion);
    }

    /// Takes away from the caret to where the motion leads, to be put back by [`yank`](Self::yank).
    pub fn kill(&mut self, motion: Motion) {
        let to = self.after(motion);
        let (from, to) = (to.min(self.caret), to.max(self.caret));
        if from < to {
            self.killed = self.text[from..to].to_owned();
            self.cut(from, to);
        }
    }

    /// Puts back what was last killed.
    pub fn yank(&mut self) {
        let killed = self.killed.clone();
        self.remember();
        self.insert(&killed);
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        if let Some((text, caret)) = self.undo.pop() {
            (self.text, self.caret) = (text, caret);
        }
        self.typing = false;
    }

    /// Whether the caret is on the first line.
    #[must_use]
    pub fn on_first_line(&self) -> bool {
        !self.text[..self.caret].contains('\n')
    }

    /// Whether the caret is on the last line.
    #[must_use]
    pub fn on_last_line(&self) -> bool {
        !self.text[self.caret..].contains('\n')
    }

    fn remember(&mut self) {
        self.typing = false;
        if self.undo.last().is_none_or(|(text, _)| *text != self.text) {
            self.undo.push((self.text.clone(), self.caret));
        }
        if self.undo.len() > UNDO {
            self.undo.remove(0);
        }
    }

    fn cut(&mut self, from: usize, to: usize) {
        if from < to {
            self.remember();
            self.text.replace_range(from..to, "");
            self.caret = from;
        }
    }

    fn left_of(&self, caret: usize) -> usize {
        self.text[..caret].grapheme_indices(true).next_back().map_or(0, |(index, _)| index)
    }

    fn right_of(&self, caret: usize) -> usize {
        self.text[caret..].graphemes(true).next().map_or(caret, |grapheme| caret + grapheme.len())
    }

    fn after(&self, motion: Motion) -> usize {
        let (before, behind) = self.text.split_at(self.caret);
        let line_start = before.rfind('\n').map_or(0, |index| index + 1);
        let line_end = behind.find('\n').map_or(self.text.len(), |index| self.caret + index);
        match motion {
            Motion::Left => self.left_of(self.caret),
            Motion::Right => self.right_of(self.caret),
            Motion::LineStart => line_start,
            Motion::LineEnd => line_end,
            Motion::WordLeft => {
                let trimmed = before.trim_end_matches(|c: char| !c.is_alphanumeric());
                trimmed.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |index| next_char(trimmed, index))
            }
            Motion::SpaceLeft => {
                let trimmed = before.trim_end();
                trimmed.rfind(char::is_whitespace).map_or(0, |index| next_char(trimmed, index))
            }
            Motion::WordRight => {
                let start = behind.find(char::is_alphanumeric).unwrap_or(behind.len());
                let word = behind[start..].find(|c: char| !c.is_alphanumeric()).unwrap_or(behind.len() - start);
                self.caret + start + word
            }
            Motion::Up | Motion::Down => {
                let column = self.text[line_start..self.caret].graphemes(true).count();
                let start = match motion {
                    Motion::Up if line_start == 0 => return 0,
                    Motion::Up => self.text[..line_start - 1].rfind('\n').map_or(0, |index| index + 1),
                    _ if line_end == self.text.len() => return self.text.len(),
                    _ => line_end + 1,
                };
                let line = self.text[start..].split('\n').next().unwrap_or("");
                start + line.grapheme_indices(true).nth(column).map_or(line.len(), |(index, _)| index)
            }
        }
    }
}

fn next_char(text: &str, index: usize) -> usize {
    index + text[index..].chars().next().map_or(0, char::len_utf8)
}

/// Where the caret goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// To the beginning of the line.
    LineStart,
    /// To the end of the line.
    LineEnd,
    /// To the beginning of the word.
    WordLeft,
    /// To the last space.
    SpaceLeft,
    /// To the end of the word.
    WordRight,
    /// One line up.
    Up,
    /// One line down.
    Down,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composer(text: &str) -> Composer {
        let mut composer = Composer::default();
        composer.insert(text);
        composer
    }

    #[test]
    fn it_moves_by_what_people_see() {
        let mut line = composer("añ👩‍👩‍👧日");
        for _ in 0..2 {
            line.backspace();
        }
        assert_eq!(line.text(), "añ");
        line.go(Motion::Left);
        line.delete();
        assert_eq!(line.text(), "a");
    }

    #[test]
    fn words_are_killed_and_put_back() {
        let mut line = composer("say hello-world now");
        line.kill(Motion::SpaceLeft);
        line.kill(Motion::SpaceLeft);
        assert_eq!(line.text(), "say ");
        line.yank();
        assert_eq!(line.text(), "say hello-world ");
        line.go(Motion::WordLeft);
        line.kill(Motion::WordRight);
        assert_eq!(line.text(), "say hello- ");
        line.undo();
        assert_eq!(line.text(), "say hello-world ");
        line.go(Motion::LineEnd);
        line.kill(Motion::LineStart);
        assert!(line.is_empty());
    }

    #[test]
    fn lines_are_climbed_in_the_same_column() {
        let mut lines = composer("one\nlonger\nx");
        lines.go(Motion::Up);
        assert_eq!((lines.caret(), lines.on_first_line()), (5, false));
        lines.go(Motion::Up);
        assert_eq!((lines.caret(), lines.on_first_line()), (1, true));
        lines.go(Motion::Down);
        assert_eq!(lines.caret(), 5);
    }
}
