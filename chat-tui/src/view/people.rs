//! The list of people.

use chat_proto::room::RoomRole;
use chat_proto::user::{Member, Presence, UserKind};
use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::paint;
use crate::layout::Row;
use crate::layout::wrap::{cut, width};
use crate::sanitize;
use crate::state::{State, role};
use crate::theme::{Role, Theme};

/// So much of a name is worth more than a role in a whole word.
const NAME: usize = 10;

/// Draws the list.
pub(super) fn draw(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect) {
    paint::clear(buffer, area, theme.base().patch(theme.style(Role::Panel)));
    paint::divider(buffer, area.x, area, theme.style(Role::Line));
    let inner = Rect { x: area.x + 1, width: area.width - 1, ..area };
    let among_friends = state.is_among_friends();
    let title = if among_friends { words::FRIENDS } else { words::PEOPLE };
    paint::line(buffer, inner, 0, &Row::styled(format!(" {title}"), theme.style(Role::Muted)));
    let Some(room) = state.room() else { return };
    let first = if area.height > 12 { 2 } else { 1 };
    if among_friends {
        // Those who are gone as well: they read what is written here all the same.
        for (row, member) in (first..area.height).zip(&state.friends_here()) {
            paint::line(buffer, inner, row, &self::row(member, RoomRole::Member, inner.width, theme));
        }
        return;
    }
    let members = room.people.listed();
    for (row, member) in (first..area.height).zip(&members) {
        paint::line(buffer, inner, row, &self::row(member, room.people.role(&member.user.id), inner.width, theme));
    }
    let unknown = usize::try_from(room.people.online).unwrap_or(0).saturating_sub(members.len());
    if unknown > 0 {
        let row = first + u16::try_from(members.len()).unwrap_or(u16::MAX - first);
        paint::line(buffer, inner, row, &Row::styled(format!(" and {unknown} more"), theme.style(Role::Muted)));
    }
}

/// Whether somebody is here.
pub(super) fn sign(presence: Presence, theme: Theme) -> (&'static str, Style) {
    match presence {
        Presence::Online => ("●", theme.style(Role::Ok)),
        Presence::Away => ("○", theme.style(Role::Warn)),
        Presence::Offline | Presence::Unknown => ("○", theme.style(Role::Muted)),
    }
}

/// What stands behind a name: what they are in the room, and that they are away or a guest. The role is
/// a letter where its word leaves too little of the name.
fn note(member: &Member, role: RoomRole, space: usize) -> String {
    let state = match (member.user.kind, member.presence) {
        (_, Presence::Away) => format!(" {}", words::AWAY),
        (UserKind::Guest, _) => format!(" {}", words::GUEST),
        (UserKind::Bot, _) => format!(" {}", words::BOT),
        _ => String::new(),
    };
    let role = match role {
        RoomRole::Member => return state,
        RoomRole::Moderator | RoomRole::Owner => role::word(role),
    };
    let whole = format!(" {role}{state}");
    let letter = role.chars().take(1).flat_map(char::to_uppercase).collect::<String>();
    if width(&whole) <= space { whole } else { format!(" {letter}{state}") }
}

/// One person: the sign of presence, the name, whether they are a guest or a bot.
pub(super) fn row(member: &Member, role: RoomRole, wide: u16, theme: Theme) -> Row {
    let (sign, style) = self::sign(member.presence, theme);
    let name = sanitize::line(member.user.name.as_str());
    let space = usize::from(wide).saturating_sub(4);
    let note = note(member, role, space.saturating_sub(width(&name).min(NAME)));
    let name = cut(&name, space.saturating_sub(width(&note)));
    let name_style = if member.presence == Presence::Online { theme.person(&member.user.color) } else { theme.style(Role::Muted) };
    Row::from(vec![Span::styled(format!(" {sign} "), style), Span::styled(name, name_style), Span::styled(note, theme.style(Role::Muted))])
}
