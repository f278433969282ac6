//! The bottom row: hints that work here, and the state of the connection.

use chat_proto::action::{ACTIONS, ActionId};
use chat_proto::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint;
use crate::layout::Row;
use crate::layout::frame::shows_rooms;
use crate::layout::wrap::{cut, width};
use crate::sanitize;
use crate::state::State;
use crate::state::composer::Mode;
use crate::state::find::Find;
use crate::state::friends::asks_to_be_friends;
use crate::state::link::Phase;
use crate::state::outbox::Phase as ItemPhase;
use crate::state::room::Room;
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
    let away = if state.away == Away::No { "" } else { "away · " };
    let most = usize::from(area.width).saturating_sub(2);
    let whole = cut(&format!("{}{away}{words} ", unseen(state)), most);
    let left = |connection: &str| most.saturating_sub(width(connection) + 1);
    // Where not both fit, the way out of a lost line is worth more than what is unread elsewhere.
    let short = cut(&format!("{away}{words} "), most);
    let connection = if is_down(state) && hints(state, left(&whole)).is_empty() { short } else { whole };
    paint::line(buffer, area, 0, &Row::styled(format!(" {}", hints(state, left(&connection))), theme.style(Role::Muted)));
    paint::right(buffer, area, 0, &connection, style);
}

/// What is unread elsewhere, where no list of rooms tells.
fn unseen(state: &State) -> String {
    let others = state.listed().into_iter().filter(|room| state.current.as_ref() != Some(room.id()));
    let (unread, mentions) = others.map(|room| state.unread(room)).fold((0, 0), |sum, room| (sum.0 + room.0, sum.1 + room.1));
    match (mentions, unread) {
        _ if shows_rooms(state) => String::new(),
        (0, 0) => String::new(),
        (0, unread) => format!("{unread} unread · "),
        (mentions, _) => format!("@{mentions} · "),
    }
}

/// Whether it is a question to be friends.
fn is_question(state: &State, spot: &Spot) -> bool {
    let line = |room, seq| state.rooms.get(room)?.timeline.line(seq);
    matches!(spot, Spot::Line(room, seq) if line(room, *seq).and_then(asks_to_be_friends).is_some())
}

/// Whether there is no connection, and none is being made at this moment.
fn is_down(state: &State) -> bool {
    matches!(state.link.phase, Phase::Waiting(_) | Phase::Failed(_))
}

/// As many hints as fit.
fn hints(state: &State, most: usize) -> String {
    let mut line = String::new();
    let here = state.find.as_ref().map_or(&[][..], |find| finding(state, find));
    let is_free = |id: &ActionId| !state.is_finding() && here.iter().all(|(taken, _)| taken != id);
    let of_actions = which(state).iter().filter(|(id, _)| is_free(id));
    for (id, word) in here.iter().chain(of_actions) {
        let Some(action) = ACTIONS.iter().find(|action| action.id == *id) else { continue };
        let way = match (action.keys, action.commands) {
            // Where it is a hint, the one that is chosen is meant.
            _ if matches!(id, ActionId::Accept | ActionId::Search) => "Enter".to_owned(),
            ([key, ..], _) => (*key).to_owned(),
            ([], [command, ..]) => format!("/{command}"),
            ([], []) => continue,
        };
        let hint = format!("{}{way} {word}", if line.is_empty() { "" } else { " · " });
        if width(&line) + width(&hint) > most {
            break;
        }
        line.push_str(&hint);
    }
    line
}

/// What can be done with the search, and how one comes back to it.
fn finding(state: &State, find: &Find) -> &'static [(ActionId, &'static str)] {
    let is_asked = find.query.as_ref().is_some_and(|query| query.as_str() == find.field.text());
    match &find.away {
        Some(_) if state.composer.mode == Mode::Write => &[(ActionId::Cancel, words::BACK_TO_SEARCH)],
        Some(_) => &[],
        None if is_asked && !find.hits.is_empty() => &[(ActionId::Search, "go there"), (ActionId::Cancel, "back")],
        None => &[(ActionId::Search, "search"), (ActionId::Cancel, "back")],
    }
}

fn which(state: &State) -> &'static [(ActionId, &'static str)] {
    match &state.chosen {
        Some(Spot::Pending(client_id)) => match state.outbox.get(client_id).map(|item| &item.phase) {
            Some(ItemPhase::Refused(_)) => &[(ActionId::Retry, "send again"), (ActionId::Discard, "discard"), (ActionId::Cancel, "back")],
            // It may be stored already.
            Some(ItemPhase::SetAside) => &[(ActionId::Retry, "send again"), (ActionId::Copy, "copy"), (ActionId::Cancel, "back")],
            _ if state.outbox.get(client_id).is_some_and(|item| !item.emitted) => {
                &[(ActionId::Edit, "edit"), (ActionId::Discard, "discard"), (ActionId::Copy, "copy"), (ActionId::Cancel, "back")]
            }
            _ => &[(ActionId::Edit, "edit"), (ActionId::Copy, "copy"), (ActionId::Cancel, "back")],
        },
        Some(spot) if is_question(state, spot) => &[(ActionId::Accept, "accept"), (ActionId::Refuse, "refuse"), (ActionId::Cancel, "back")],
        Some(Spot::Line(..)) if state.room().is_some_and(Room::is_inbox) => &[(ActionId::Accept, "accept"), (ActionId::Cancel, "back")],
        // Where somebody else writes alone, neither an answer nor a change is possible.
        Some(Spot::Line(room, _)) if state.is_among_friends() && state.current.as_ref() != Some(room) => &[
            (ActionId::React, "react"),
            (ActionId::Copy, "copy"),
            (ActionId::Cancel, "back"),
            (ActionId::OpenLink, "open link"),
            (ActionId::MarkUnread, "mark unread"),
        ],
        Some(Spot::Line(..)) => &[
            (ActionId::Reply, "answer"),
            (ActionId::React, "react"),
            (ActionId::Edit, "edit"),
            (ActionId::Delete, "delete"),
            (ActionId::Copy, "copy"),
            (ActionId::Cancel, "back"),
            (ActionId::OpenLink, "open link"),
            (ActionId::MarkUnread, "mark unread"),
        ],
        None if is_down(state) => &[
            (ActionId::Reconnect, "now"),
            (ActionId::Switcher, "go to"),
            (ActionId::Help, "help"),
            (ActionId::SelectMessage, "choose"),
            (ActionId::Quit, "quit"),
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
