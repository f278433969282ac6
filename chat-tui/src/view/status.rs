//! The bottom row: hints that work here, and the state of the connection.

use chat_proto::action::{ACTIONS, ActionId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use crate::layout::Row;
use crate::layout::frame::shows_rooms;
use crate::layout::wrap::{cut, width};
use crate::sanitize;
use crate::state::State;
use crate::state::link::Phase;
use crate::state::outbox::Phase as ItemPhase;
use crate::state::{Away, Spot};
use crate::theme::{Role, Theme};

/// Draws the row.
pub(super) fn draw(state: &State, theme: Theme, buffer: &mut Buffer, area: Rect) {
    let words = sanitize::line(&state.link.words(state.now)).into_owned();
    let style = match state.link.phase {
        Phase::Online => theme.style(Role::Ok),
        Phase::Failed(_) => theme.style(Role::Error),
        Phase::Idle | Phase::Opening(_) | Phase::Waiting(_) => theme.style(Role::Warn),
    };
    let unseen = unseen(state);
    let away = if state.away == Away::No { "" } else { "away · " };
    let most = usize::from(area.width).saturating_sub(2);
    let connection = cut(&format!("{unseen}{away}{words} "), most);
    let left = most.saturating_sub(width(&connection) + 1);
    paint::line(buffer, area, 0, &Row::styled(format!(" {}", hints(state, left)), theme.style(Role::Muted)));
    paint::right(buffer, area, 0, &connection, style);
}

/// What is unread elsewhere, where no list of rooms tells.
fn unseen(state: &State) -> String {
    let others = || state.rooms.values().filter(|room| state.current.as_ref() != Some(room.id()));
    let (mentions, unread) = (others().map(|room| room.read.mentions).sum::<u64>(), others().map(|room| room.read.unread).sum::<u64>());
    match (mentions, unread) {
        _ if shows_rooms(state) => String::new(),
        (0, 0) => String::new(),
        (0, unread) => format!("{unread} unread · "),
        (mentions, _) => format!("@{mentions} · "),
    }
}

/// As many hints as fit.
fn hints(state: &State, most: usize) -> String {
    let mut line = String::new();
    for (id, word) in which(state) {
        let key = ACTIONS.iter().find(|action| action.id == *id).and_then(|action| action.keys.first());
        let hint = format!("{}{} {word}", if line.is_empty() { "" } else { " · " }, key.unwrap_or(&""));
        if width(&line) + width(&hint) > most {
            break;
        }
        line.push_str(&hint);
    }
    line
}

fn which(state: &State) -> &'static [(ActionId, &'static str)] {
    match &state.chosen {
        Some(Spot::Pending(client_id)) => match state.outbox.get(client_id).map(|item| &item.phase) {
            Some(ItemPhase::Refused(_)) => &[(ActionId::Retry, "send again"), (ActionId::Discard, "discard"), (ActionId::Cancel, "back")],
            // It may be stored already.
            Some(ItemPhase::SetAside) => &[(ActionId::Retry, "send again"), (ActionId::Copy, "copy"), (ActionId::Cancel, "back")],
            _ => &[(ActionId::Edit, "edit"), (ActionId::Copy, "copy"), (ActionId::Cancel, "back")],
        },
        Some(Spot::Line(_)) => &[
            (ActionId::Reply, "answer"),
            (ActionId::React, "react"),
            (ActionId::Edit, "edit"),
            (ActionId::Delete, "delete"),
            (ActionId::Copy, "copy"),
            (ActionId::Cancel, "back"),
            (ActionId::OpenLink, "open link"),
            (ActionId::MarkUnread, "mark unread"),
        ],
        None => &[
            (ActionId::NextUnread, "next unread"),
            (ActionId::Switcher, "go to"),
            (ActionId::Help, "help"),
            (ActionId::SelectMessage, "choose"),
            (ActionId::Quit, "quit"),
        ],
    }
}
