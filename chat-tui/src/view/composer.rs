//! What stands under the lines: who is typing, one sentence, the composer.

use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use crate::layout::frame::{Frame, middle};
use crate::layout::wrap::{cut, fit, width, wrap};
use crate::layout::{Row, composer};
use crate::sanitize;
use crate::state::State;
use crate::state::composer::Mode;
use crate::state::room::Room;
use crate::state::viewport::{Click, Hit, Viewport};
use crate::theme::{Role, Theme};

/// Rows that a sentence may take.
const NOTICE: usize = 4;
/// Offers of a completion that are seen at once.
const OFFERS: usize = 8;

/// What stands under the lines, laid out, so that the screen can be divided.
pub(super) struct Below {
    written: composer::Written,
    notices: Vec<Row>,
    label: Option<String>,
}

impl Below {
    pub(super) fn new(state: &State, theme: Theme) -> Self {
        let (_, wide) = middle(state);
        // " > " before it, and one column of air.
        let written = composer::rows(state.composer.text(), state.composer.caret(), wide.saturating_sub(4));
        let most = usize::from(wide).saturating_sub(2).max(10);
        let mut notices = Vec::new();
        if !state.link.is_online() && state.room().is_some() && (state.link.was_online || state.link.attempts > 0) {
            let unreached = state.link.unreached(&state.settings.url);
            let sentences = [unreached.as_deref(), Some(words::LINES_WAIT)].into_iter().flatten().collect::<Vec<_>>().join(" ");
            notices.extend(wrap(&[(sanitize::line(&sentences).into_owned(), theme.style(Role::Warn))], most));
        }
        if let Some(notice) = &state.notice {
            let style = theme.style(if notice.error { Role::Error } else { Role::Accent });
            let mut rows = wrap(&[(sanitize::line(&notice.text).into_owned(), style)], most);
            rows.truncate(NOTICE);
            notices.extend(rows);
        }
        let label = match &state.composer.mode {
            Mode::Write => None,
            Mode::Reply(_, name, _) => Some(words::fill(words::REPLYING_TO, &[("name", &sanitize::line(name))])),
            Mode::Edit(_) | Mode::Rewrite(_) => Some(words::EDITING.to_owned()),
        };
        Self { written, notices, label }
    }

    pub(super) fn composer_rows(&self) -> u16 {
        u16::try_from(self.written.rows.len()).unwrap_or(u16::MAX)
    }

    pub(super) fn notice_rows(&self) -> u16 {
        u16::try_from(self.notices.len()).unwrap_or(0)
    }

    pub(super) fn label_rows(&self) -> u16 {
        u16::from(self.label.is_some())
    }

    /// Draws what is said, and nothing else.
    pub(super) fn draw_notices(&self, buffer: &mut Buffer, frame: &Frame) {
        for (row, line) in (0..).zip(&self.notices) {
            let mut line = line.clone();
            line.spans.insert(0, " ".into());
            paint::line(buffer, frame.notices, row, &line);
        }
    }

    /// Draws all of it; tells where the caret stands.
    pub(super) fn draw(self, state: &State, theme: Theme, buffer: &mut Buffer, frame: &Frame) -> Option<(u16, u16)> {
        self.draw_notices(buffer, frame);
        if let Some(label) = &self.label {
            let label = cut(label, usize::from(frame.label.width).saturating_sub(2));
            paint::line(buffer, frame.label, 0, &Row::styled(format!(" {label}"), theme.style(Role::Accent)));
        }
        let area = frame.composer;
        let text = Rect { x: area.x + 3, width: area.width.saturating_sub(3), ..area };
        paint::line(buffer, area, 0, &Row::styled(" > ", theme.style(Role::Strong)));
        // The row of the caret stays in view.
        let (caret_row, caret_column) = self.written.caret;
        let skip = (caret_row + 1).saturating_sub(area.height);
        if let Some(room) = state.room().filter(|_| state.composer.is_empty()) {
            let placeholder = cut(&placeholder(state, room), usize::from(text.width).saturating_sub(1));
            paint::line(buffer, text, 0, &Row::styled(placeholder, theme.style(Role::Muted)));
        }
        for (row, line) in (0..).zip(self.written.rows.into_iter().skip(usize::from(skip))) {
            paint::line(buffer, text, row, &Row::from(line));
        }
        let caret = (text.x + caret_column, text.y + caret_row - skip);
        (state.me.is_some() && state.chosen.is_none()).then_some((caret.0.min(area.right().saturating_sub(1)), caret.1))
    }
}

/// What stands in an empty composer: to whom one writes there, or why nothing can be said.
fn placeholder(state: &State, room: &Room) -> String {
    match room.closed_to(state.server_role()) {
        Some(sentence) => sentence.to_owned(),
        None if room.is_friends() => words::WRITE_TO_FRIENDS.to_owned(),
        None if room.is_conversation() => words::fill(words::WRITE_TO_PERSON, &[("name", &sanitize::line(&room.label()))]),
        None => words::fill(words::WRITE_TO, &[("room", room.info.name.as_str())]),
    }
}

/// Who is typing, and what is new below the screen.
pub(super) fn typing(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect, viewport: &mut Viewport) {
    let names: Vec<_> = state.typists().into_iter().map(|user| sanitize::line(user.name.as_str())).collect();
    let sentence = match names.as_slice() {
        [] => String::new(),
        [one] => words::fill(words::TYPING_ONE, &[("name", one)]),
        [one, two] => words::fill(words::TYPING_TWO, &[("name", one), ("other", two)]),
        many => words::fill(words::TYPING_MANY, &[("count", &many.len().to_string())]),
    };
    paint::line(
        buffer,
        area,
        0,
        &Row::styled(format!(" {}", cut(&sentence, usize::from(area.width).saturating_sub(2))), theme.style(Role::Muted)),
    );
    if viewport.below > 0 {
        let below = format!(" ↓ {} ", words::fill(words::NEW_BELOW, &[("count", &viewport.below.to_string())]));
        paint::right(buffer, area, 0, &below, theme.style(Role::Strong).patch(theme.style(Role::Selection)));
        let wide = u16::try_from(width(&below)).unwrap_or(0);
        viewport.hits.push(Hit {
            columns: (area.right().saturating_sub(wide), area.right()),
            rows: (area.y, area.y + 1),
            target: Click::Below,
        });
    }
}

/// The offers of a completion, over the lines.
pub(super) fn offers(state: &State, theme: Theme, buffer: &mut Buffer, composer: Rect) {
    let Some(completion) = state.completion.as_ref().filter(|_| !state.is_finding()) else { return };
    let shown = completion.offers.len().min(OFFERS).min(usize::from(composer.y));
    let skip = completion.index.saturating_sub(shown.saturating_sub(1));
    let wide = completion.offers.iter().map(|offer| width(&offer.shown)).max().unwrap_or(0) + 2;
    let wide = u16::try_from(wide).unwrap_or(u16::MAX).min(composer.width.saturating_sub(3));
    let height = u16::try_from(shown).unwrap_or(0);
    let area = Rect { x: composer.x + 2, y: composer.y.saturating_sub(height), width: wide, height };
    paint::clear(buffer, area, theme.base().patch(theme.style(Role::Panel)));
    for (row, (index, offer)) in (0..height).zip(completion.offers.iter().enumerate().skip(skip)) {
        let style =
            if index == completion.index { theme.style(Role::Selection).patch(theme.style(Role::Strong)) } else { theme.style(Role::Text) };
        let text = fit(&format!(" {}", sanitize::line(&offer.shown)), usize::from(wide));
        paint::line(buffer, area, row, &Row::styled(text, style));
    }
}
