//! The list of rooms.

use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use crate::layout::Row;
use crate::layout::wrap::{cut, width};
use crate::state::State;
use crate::state::viewport::{Click, Hit, Viewport};
use crate::theme::{Role, Theme};

/// Draws the list.
pub(super) fn draw(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect, viewport: &mut Viewport) {
    paint::clear(buffer, area, theme.base().patch(theme.style(Role::Panel)));
    paint::divider(buffer, area.right() - 1, area, theme.style(Role::Line));
    let inner = Rect { width: area.width - 1, ..area };
    paint::line(buffer, inner, 0, &Row::styled(format!(" {}", words::ROOMS), theme.style(Role::Muted)));
    let first = if area.height > 12 { 2 } else { 1 };
    let rooms = state.listed();
    // The current room stays in view.
    let shown = usize::from(area.height.saturating_sub(first));
    let here = rooms.iter().position(|room| state.current.as_ref() == Some(room.id())).unwrap_or(0);
    let skip = (here + 1).saturating_sub(shown);
    for (row, room) in (first..area.height).zip(rooms.iter().skip(skip)) {
        let current = state.current.as_ref() == Some(room.id());
        let (count, style) = match (room.read.mentions, room.read.unread) {
            _ if current && room.read.mentions == 0 => (String::new(), theme.style(Role::Muted)),
            (0, 0) => (String::new(), theme.style(Role::Muted)),
            (0, unread) => (short(unread), theme.style(Role::Strong)),
            (mentions, _) => (format!("@{}", short(mentions)), theme.style(Role::Warn).patch(theme.style(Role::Strong))),
        };
        let unread = !count.is_empty();
        let room_for = usize::from(inner.width).saturating_sub(width(&count) + 3);
        let name = cut(&format!("#{}", room.info.name), room_for);
        let role = if current || unread { Role::Strong } else { Role::Text };
        let line = Row::styled(format!(" {name}"), theme.style(role));
        if current {
            buffer.set_style(Rect { y: inner.y + row, height: 1, ..inner }, theme.style(Role::Selection));
        }
        paint::line(buffer, inner, row, &line);
        let count_area = Rect { width: inner.width - 1, ..inner };
        paint::right(buffer, count_area, row, &count, style);
        let rows = (inner.y + row, inner.y + row + 1);
        viewport.hits.push(Hit { columns: (inner.left(), inner.right()), rows, target: Click::Room(room.id().clone()) });
    }
}

fn short(count: u64) -> String {
    if count > 999 { "999+".to_owned() } else { count.to_string() }
}
