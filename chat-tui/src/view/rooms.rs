//! The list of rooms.

use chat_proto::room::RoomKind;
use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{paint, people};
use crate::layout::Row;
use crate::layout::wrap::{cut, width};
use crate::sanitize;
use crate::state::State;
use crate::state::room::Room;
use crate::state::viewport::{Click, Hit, Viewport};
use crate::theme::{Role, Theme};

/// The sign of a room that is not for everybody; the header says it in a word.
const PRIVATE: &str = "*";

/// Draws the list.
pub(super) fn draw(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect, viewport: &mut Viewport) {
    paint::clear(buffer, area, theme.base().patch(theme.style(Role::Panel)));
    paint::divider(buffer, area.right() - 1, area, theme.style(Role::Line));
    let inner = Rect { width: area.width - 1, ..area };
    paint::line(buffer, inner, 0, &Row::styled(format!(" {}", words::ROOMS), theme.style(Role::Muted)));
    let first = if area.height > 12 { 2 } else { 1 };
    let entries = entries(state, area.height > 12);
    // The current room stays in view.
    let shown = usize::from(area.height.saturating_sub(first));
    let is_current = |entry: &Entry<'_>| matches!(entry, Entry::Room(room) if state.current.as_ref() == Some(room.id()));
    let here = entries.iter().position(is_current).unwrap_or(0);
    let skip = (here + 1).saturating_sub(shown);
    for (row, entry) in (first..area.height).zip(entries.iter().skip(skip)) {
        match entry {
            Entry::Space => {}
            Entry::Word(word) => paint::line(buffer, inner, row, &Row::styled(format!(" {word}"), theme.style(Role::Muted))),
            Entry::Room(room) => {
                self::room(state, room, theme, buffer, inner, row);
                let rows = (inner.y + row, inner.y + row + 1);
                viewport.hits.push(Hit { columns: (inner.left(), inner.right()), rows, target: Click::Room(room.id().clone()) });
            }
        }
    }
}

/// One row of the list.
enum Entry<'a> {
    Room(&'a Room),
    Word(&'static str),
    Space,
}

/// The rows of the list: rooms, then conversations under a word of their own, then the places of what friends say
/// and of the inbox.
fn entries(state: &State, airy: bool) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut group = 0;
    for room in state.listed() {
        let (next, word) = match room.info.kind {
            RoomKind::Lobby | RoomKind::Public | RoomKind::Private | RoomKind::Unknown => (0, None),
            RoomKind::Direct => (1, Some(words::CONVERSATIONS)),
            RoomKind::Friends | RoomKind::Inbox => (2, None),
        };
        if next != group {
            entries.extend(airy.then_some(Entry::Space));
            entries.extend(word.map(Entry::Word));
            group = next;
        }
        entries.push(Entry::Room(room));
    }
    entries
}

fn room(state: &State, room: &Room, theme: Theme, buffer: &mut Buffer, inner: Rect, row: u16) {
    let current = state.current.as_ref() == Some(room.id());
    let (unread, mentions) = state.unread(room);
    let (count, style) = match (mentions, unread) {
        _ if current && mentions == 0 => (String::new(), theme.style(Role::Muted)),
        (0, 0) => (String::new(), theme.style(Role::Muted)),
        (0, unread) => (short(unread), theme.style(Role::Strong)),
        (mentions, _) => (format!("@{}", short(mentions)), theme.style(Role::Warn).patch(theme.style(Role::Strong))),
    };
    let unread = !count.is_empty();
    let (sign, sign_style) = sign(state, room, theme);
    let right = width(&count) + width(sign) + usize::from(unread && !sign.is_empty());
    let name = cut(&sanitize::line(&room.label()), usize::from(inner.width).saturating_sub(right + 3));
    let role = if current || unread { Role::Strong } else { Role::Text };
    if current {
        buffer.set_style(Rect { y: inner.y + row, height: 1, ..inner }, theme.style(Role::Selection));
    }
    paint::line(buffer, inner, row, &Row::styled(format!(" {name}"), theme.style(role)));
    let sign_area = Rect { width: inner.width - 1, ..inner };
    paint::right(buffer, sign_area, row, sign, sign_style);
    let taken = if sign.is_empty() { 0 } else { u16::try_from(width(sign) + 1).unwrap_or(0) };
    paint::right(buffer, Rect { width: sign_area.width.saturating_sub(taken), ..sign_area }, row, &count, style);
}

/// What stands behind a name: whether the other one of a conversation is here, or that a room is not for
/// everybody.
fn sign(state: &State, room: &Room, theme: Theme) -> (&'static str, Style) {
    match (room.info.kind, room.others.as_slice()) {
        (RoomKind::Direct, [other]) => people::sign(state.presence(room, &other.id), theme),
        (RoomKind::Private, _) => (PRIVATE, theme.style(Role::Muted)),
        (RoomKind::Direct | RoomKind::Friends | RoomKind::Lobby | RoomKind::Public | RoomKind::Inbox | RoomKind::Unknown, _) => {
            ("", theme.style(Role::Muted))
        }
    }
}

fn short(count: u64) -> String {
    if count > 999 { "999+".to_owned() } else { count.to_string() }
}
