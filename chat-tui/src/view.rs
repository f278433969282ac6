//! From what is known to the cells of the screen. Pure but for a cache of wrapped messages, which
//! makes a frame cost as much as what it shows, however long the history is.
//!
//! - [`draw`]: the whole screen; `paint` puts rows into cells, `bidi` isolates right-to-left text;
//! - `header`, `timeline`, `rooms`, `people`, `composer`, `find`, `status`: its parts;
//! - `popup`, `help`: what lies over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::frame::{Frame, frame, middle};
use crate::state::State;
use crate::state::viewport::Viewport;
use crate::theme::Theme;

pub mod cache;

mod bidi;
mod composer;
mod find;
mod header;
mod help;
mod paint;
mod people;
mod popup;
mod rooms;
mod status;
mod timeline;

use cache::Cache;

/// What came of a drawing.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What is seen, for the core.
    pub viewport: Viewport,
    /// Where the terminal's cursor belongs: column and row.
    pub caret: Option<(u16, u16)>,
}

/// Draws the whole screen.
pub fn draw(state: &State, cache: &mut Cache, buffer: &mut Buffer) -> Drawn {
    let theme = Theme::new(state.theme, state.settings.light, state.settings.depth);
    let area = buffer.area;
    let base = theme.base();
    buffer.content.iter_mut().for_each(|cell| {
        cell.set_style(base);
    });
    let mut drawn = Drawn { viewport: Viewport::default(), caret: None };
    if (area.width, area.height) != state.screen {
        // The size changed in this very moment: the next drawing knows it.
        return drawn;
    }
    if area.width < 20 || area.height < 6 {
        paint::line(buffer, area, 0, &"Please make the window larger.".into());
        return drawn;
    }
    let below = composer::Below::new(state, theme);
    let mut frame = frame(state, below.composer_rows(), below.notice_rows(), below.label_rows());
    if let Some(find) = state.find.as_ref().filter(|_| state.is_finding()) {
        // Where the lines, and what one writes, stand else.
        let (x, width) = middle(state);
        let rows = below.notice_rows().min(frame.status.y / 2);
        let place = Rect { x, y: 0, width, height: frame.status.y.saturating_sub(rows) };
        frame = Frame { status: frame.status, rooms: frame.rooms, people: frame.people, ..Frame::default() };
        frame.notices = Rect { y: place.height, height: rows, ..place };
        drawn.caret = Some(find::draw(state, find, theme, buffer, place, &mut drawn.viewport));
        below.draw_notices(buffer, &frame);
    } else {
        header::draw(state, theme, buffer, frame.header);
        timeline::draw(state, theme, cache, buffer, frame.timeline, &mut drawn.viewport);
        composer::typing(state, theme, buffer, frame.typing, &mut drawn.viewport);
        drawn.caret = below.draw(state, theme, buffer, &frame);
    }
    status::draw(state, theme, buffer, frame.status);
    if frame.people.width > 0 {
        people::draw(state, theme, buffer, frame.people);
    }
    if frame.rooms.width > 0 {
        rooms::draw(state, theme, buffer, frame.rooms, &mut drawn.viewport);
    }
    bidi::isolate(buffer, &frame);
    composer::offers(state, theme, buffer, frame.composer);
    if state.popup.is_some() {
        let over = Rect { height: area.height.saturating_sub(1), ..area };
        drawn.caret = popup::draw(state, theme, buffer, over, &mut drawn.viewport);
    }
    drawn
}
