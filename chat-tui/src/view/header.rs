//! The row over the timeline: `#room (private)  title  topic  12 here`.

use chat_proto::room::{Post, RoomKind};
use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::paint;
use crate::layout::Row;
use crate::layout::wrap::{cut, width};
use crate::sanitize;
use crate::state::State;
use crate::state::room::Room;
use crate::theme::{Role, Theme};

/// Draws the row. What does not fit is cut from the right: the topic first, the name last.
pub(super) fn draw(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect) {
    let Some(room) = state.room() else { return };
    // Among friends, how many of them are here: not oneself.
    let others = room.people.online.saturating_sub(u32::from(room.is_friends()));
    let here = match others {
        0 => String::new(),
        // Nobody but its owner is ever in an inbox.
        _ if room.is_inbox() => String::new(),
        online => words::fill(words::HERE, &[("count", &online.to_string())]) + " ",
    };
    let signs = match signs(room).join(", ") {
        signs if signs.is_empty() => signs,
        signs => format!(" ({signs})"),
    };
    let mut left = usize::from(area.width).saturating_sub(width(&here) + 2);
    let mut spans = Vec::new();
    let label = format!(" {}", sanitize::line(&room.label()));
    let parts = [
        (label.as_str(), Role::Strong),
        (&signs, Role::Muted),
        (room.info.title.as_str(), Role::Text),
        (room.info.topic.as_str(), Role::Muted),
    ];
    for (index, (text, role)) in parts.into_iter().enumerate().filter(|(_, (text, _))| !text.is_empty()) {
        let gap = if index < 2 { "" } else { "  " };
        let shown = cut(&sanitize::line(text), left.saturating_sub(gap.len()));
        left = left.saturating_sub(gap.len() + width(&shown));
        spans.extend([Span::raw(gap), Span::styled(shown, theme.style(role))]);
    }
    paint::line(buffer, area, 0, &Row::from(spans));
    paint::right(buffer, area, 0, &here, theme.style(Role::Muted));
}

/// What is to be known about the room before one writes.
fn signs(room: &Room) -> Vec<&'static str> {
    let private = (room.info.kind == RoomKind::Private).then_some(words::PRIVATE);
    let read_only = (room.info.settings.post == Post::Moderators && !room.is_friends()).then_some(words::READ_ONLY);
    let archived = room.info.settings.archived.then_some(words::IS_IN_ARCHIVE);
    // Where nothing can be said at all, it is no matter by whom.
    [private, read_only.filter(|_| archived.is_none()), archived].into_iter().flatten().collect()
}
