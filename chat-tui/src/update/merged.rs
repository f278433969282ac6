//! What friends say, on the screen: which pages it needs, and how far it has come to a line that
//! somebody wants to see. Each room is read as always; here is only decided what is asked when.

use chat_proto::id::RoomId;
use chat_proto::place::Seq;

use super::{Fx, history, scroll};
use crate::state::asked::PageOf;
use crate::state::room::{Goal, Room};
use crate::state::shown::{Shown, is_said};
use crate::state::{Spot, State};

/// So many of the rooms are read at once.
const READS: usize = 6;

/// Loads what the screen is about to show: the newest page of every room, then, near the top, the pages before
/// of those rooms that say how far up is shown.
pub(super) fn load(state: &mut State, fx: &mut Fx) {
    reach_goals(state, fx);
    let shown = Shown::of(state);
    let wanted = shown.is_lacking() || (state.viewport.near_top && state.viewport.room == state.current);
    let pages = if wanted { shown.to_be_loaded() } else { Vec::new() };
    ask(state, pages, fx);
}

fn ask(state: &mut State, pages: Vec<(RoomId, Option<Seq>)>, fx: &mut Fx) {
    let under_way = state.friends_rooms().filter(|room| room.loading).count();
    let can_be = |id: &RoomId| state.rooms.get(id).is_some_and(|room| !room.loading && room.load_at <= state.now);
    let pages: Vec<_> = pages.into_iter().filter(|(id, _)| can_be(id)).take(READS.saturating_sub(under_way)).collect();
    for (id, before) in pages {
        history::ask_page(state, &id, before.map_or(PageOf::Head, PageOf::Before), fx);
    }
}

/// Goes where somebody wanted to go once it is held and nothing above it is missing; else asks for what is. The
/// way to a line leads through all that friends have said since: a window around it in its room alone would
/// leave out what the others said then.
pub(super) fn reach_goals(state: &mut State, fx: &mut Fx) {
    let goals: Vec<(RoomId, Goal)> = state.friends_rooms().filter_map(|room| Some((room.id().clone(), room.goal?))).collect();
    for (id, goal) in goals {
        let shown = Shown::of(state);
        let pages = match goal {
            _ if shown.is_lacking() => shown.to_be_loaded(),
            Goal::Line(seq) if shown.line(&Spot::Line(id.clone(), seq)).is_some() => {
                scroll::show(state, &id, seq);
                continue;
            }
            Goal::Line(seq) => match state.rooms.get(&id).and_then(|room| room.timeline.live_window()) {
                Some((from, to)) if seq > to || (from <= seq && is_nothing(state, &id, seq)) => {
                    give_up(state, &id);
                    continue;
                }
                Some((from, _)) if seq < from => vec![(id.clone(), Some(from))],
                Some(_) => shown.to_be_loaded(),
                None => Vec::new(),
            },
            Goal::Beginning if shown.is_whole() => {
                scroll::show_beginning(state, &id);
                continue;
            }
            Goal::Beginning => shown.to_be_loaded(),
        };
        ask(state, pages, fx);
    }
}

/// Whether there is no such line, or one that is not shown.
fn is_nothing(state: &State, id: &RoomId, seq: Seq) -> bool {
    !state.rooms.get(id).and_then(|room| room.timeline.line(seq)).is_some_and(is_said)
}

fn give_up(state: &mut State, id: &RoomId) {
    if let Some(room) = state.rooms.get_mut(id) {
        room.goal = None;
    }
    state.complain(history::GONE);
}

/// Nobody wants to go anywhere any more.
pub(super) fn forget_goals(state: &mut State) {
    for room in state.rooms.values_mut().filter(|room| Room::is_friends(room)) {
        room.goal = None;
    }
}
