//! Pages of history: the head, older ones while scrolling up, what is missing on a live link.

use chat_proto::error::{Code, Error};
use chat_proto::id::RoomId;
use chat_proto::place::{Millis, Place};
use chat_proto::request::HistoryRead;
use chat_proto::request::history_read::Page;
use chat_proto::words;

use super::ask::ask;
use super::{Fx, find, friends, merged, queue, rooms, scroll, sync};
use crate::state::asked::{PageOf, Question};
use crate::state::room::{Goal, Room};
use crate::state::{Spot, State};

/// How long a missing entry is waited for before it is fetched.
const GRACE_MS: Millis = 300;
/// Lines of a page: some screens full.
const LINES: u32 = 100;
/// How long after a page that failed the next one is asked for.
const AGAIN_MS: Millis = 2_000;

/// Somebody wants to see a message that there is none of.
pub(super) const GONE: &str = "That message is not here any more.";

/// Asks for a page, unless one of that room is under way.
pub(super) fn ask_page(state: &mut State, id: &RoomId, of: PageOf, fx: &mut Fx) {
    let online = state.link.is_online();
    let limit = Some(LINES.min(state.limits.page_lines));
    let now = state.now;
    let Some(room) = state.rooms.get_mut(id).filter(|room| online && !room.loading && room.load_at <= now) else { return };
    let mut request = HistoryRead { room: id.clone(), before: None, after: None, around: None, place: place(room), limit };
    match of {
        PageOf::Head => {}
        PageOf::Before(seq) => request.before = Some(seq),
        PageOf::After(seq) => request.after = Some(seq),
        PageOf::Around(seq) => request.around = Some(seq),
        PageOf::First => request.after = Some(0),
    }
    room.loading = true;
    room.timeline.page_requested();
    ask(state, &request, Question::Page(id.clone(), of), fx);
}

/// An entry that we hold: it finds a log that was made anew.
fn place(room: &Room) -> Option<Place> {
    room.timeline.checkpoint()
}

/// Fetches what is known to be missing at the end of the log.
pub(super) fn catch_up(state: &mut State, id: &RoomId, fx: &mut Fx) {
    let Some(room) = state.rooms.get(id) else { return };
    match room.timeline.cursor() {
        // The inbox is read before it is looked at: an invitation can be taken up from anywhere.
        // What friends say is loaded by what is shown of it, not all at once.
        None if room.is_friends() => {}
        None if state.current.as_ref() == Some(id) || room.is_inbox() => ask_page(state, id, PageOf::Head, fx),
        None => {}
        Some(cursor) if cursor.seq < room.head.seq && room.timeline.gap().is_none() => {
            ask_page(state, id, PageOf::After(cursor.seq), fx);
        }
        Some(_) => note_gap(state, id),
    }
}

/// Notes since when entries are missing on a live link.
pub(super) fn note_gap(state: &mut State, id: &RoomId) {
    let now = state.now;
    if let Some(room) = state.rooms.get_mut(id) {
        match room.timeline.gap() {
            Some(_) => room.gap_since = room.gap_since.or(Some(now)),
            None => room.gap_since = None,
        }
    }
}

/// When the next gap has been waited for long enough.
pub(super) fn gap_at(state: &State) -> Option<Millis> {
    let waiting = state.rooms.values().filter(|room| !room.loading);
    waiting.filter_map(|room| Some(room.load_at.max(room.gap_since? + GRACE_MS))).min()
}

/// Fetches what was waited for long enough.
pub(super) fn fetch_gaps(state: &mut State, fx: &mut Fx) {
    let due = state.rooms.values().filter(|room| room.gap_since.is_some_and(|since| since + GRACE_MS <= state.now));
    let due: Vec<_> = due.filter_map(|room| Some((room.id().clone(), room.timeline.gap()?))).collect();
    for (id, gap) in due {
        if gap.before - gap.after > u64::from(state.limits.catch_up) {
            start_anew(state, &id, fx);
        } else {
            ask_page(state, &id, PageOf::After(gap.after), fx);
        }
    }
}

fn start_anew(state: &mut State, id: &RoomId, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    if let Some(room) = state.rooms.get_mut(id) {
        let epoch = room.timeline.epoch().clone();
        room.start_anew(&me, epoch);
    }
    catch_up(state, id, fx);
}

/// A page came.
pub(super) fn page(state: &mut State, id: &RoomId, of: PageOf, page: &Page, fx: &mut Fx) {
    let Some(room) = state.rooms.get_mut(id) else { return };
    room.loading = false;
    if page.epoch != *room.timeline.epoch() {
        room.timeline.page_failed();
        sync::ask_now(state, fx);
        return;
    }
    room.touch(state.now);
    room.timeline.apply_page(page);
    if page.head.seq > room.head.seq {
        room.head = page.head.clone();
    }
    let moved = page.to.as_ref().is_some_and(|to| to.seq >= page.from);
    if !moved && !matches!(of, PageOf::Head) {
        // Nothing there: asking again at once could only bring the same.
        room.load_at = state.now + AGAIN_MS;
    }
    queue::settle_own(state, id, &page.entries.iter().chain(&page.amendments).cloned().collect::<Vec<_>>(), fx);
    rooms::explain(state, id);
    if matches!(of, PageOf::After(_)) && state.rooms.get(id).is_some_and(Room::is_inbox) {
        // Something was missed that may have been about friends, and not all of that stands in a page.
        friends::learn(state, fx);
    }
    give_up_goal(state, id, of);
    reach_goal(state, id, fx);
    if !matches!(of, PageOf::Before(_)) {
        catch_up(state, id, fx);
    }
}

/// Goes where somebody wanted to go, or fetches what is needed for it.
pub(super) fn reach_goal(state: &mut State, id: &RoomId, fx: &mut Fx) {
    let Some(room) = state.rooms.get(id) else { return };
    if room.is_friends() {
        return merged::reach_goals(state, fx);
    }
    match room.goal {
        Some(Goal::Line(seq)) if room.timeline.line(seq).is_some() => scroll::show(state, id, seq),
        Some(Goal::Line(seq)) if room.timeline.covered().contains(seq) => {
            state.rooms.entry(id.clone()).and_modify(|room| room.goal = None);
            state.complain(GONE);
        }
        Some(Goal::Line(seq)) => ask_page(state, id, PageOf::Around(seq), fx),
        Some(Goal::Beginning) if room.timeline.covered().contains(1) => scroll::show_beginning(state, id),
        Some(Goal::Beginning) => ask_page(state, id, PageOf::First, fx),
        None => {}
    }
}

/// The page that was to bring the goal is here without it: there is no such entry.
fn give_up_goal(state: &mut State, id: &RoomId, of: PageOf) {
    let (Some(room), PageOf::Around(seq)) = (state.rooms.get_mut(id), of) else { return };
    if room.goal == Some(Goal::Line(seq)) && !room.timeline.covered().contains(seq) {
        room.goal = None;
        state.complain(GONE);
    }
}

/// A page was refused.
pub(super) fn failed(state: &mut State, id: &RoomId, error: &Error, fx: &mut Fx) {
    let now = state.now;
    let Some(room) = state.rooms.get_mut(id) else { return };
    room.loading = false;
    room.timeline.page_failed();
    room.goal = None;
    match error.code {
        Code::EpochChanged => {
            let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
            let epoch = room.timeline.epoch().clone();
            room.start_anew(&me, epoch);
            room.load_at = now + AGAIN_MS;
            sync::ask_now(state, fx);
        }
        Code::NotFound | Code::Forbidden => sync::ask_now(state, fx),
        _ => {
            room.load_at = now + error.retry_after_ms.unwrap_or(AGAIN_MS);
            if error.is_final() {
                state.complain(&error.message);
            }
        }
    }
}

/// The question will not be answered any more.
pub(super) fn lost(state: &mut State, question: &Question) {
    match question {
        Question::Page(id, _) => {
            if let Some(room) = state.rooms.get_mut(id) {
                room.loading = false;
                room.timeline.page_failed();
            }
        }
        // Whether the server has heard of it is not known: it is told again.
        Question::MarkRead(id) => {
            if let Some(room) = state.rooms.get_mut(id) {
                room.marked = 0;
            }
        }
        Question::Search(query, before) => find::failed(state, query, before.as_ref(), words::NO_CONNECTION),
        _ => {}
    }
}

/// Loads more where the reader comes near the end of what is held.
pub(super) fn load_nearby(state: &mut State, fx: &mut Fx) {
    let Some(room) = state.room() else { return };
    if room.is_friends() {
        return merged::load(state, fx);
    }
    let id = room.id().clone();
    if room.goal.is_some() {
        reach_goal(state, &id, fx);
    }
    let Some(room) = state.room() else { return };
    let Some((from, to)) = room.window() else {
        catch_up(state, &id, fx);
        return;
    };
    if state.viewport.room.as_ref() != Some(&id) {
        return;
    }
    if state.viewport.near_top && from > 1 {
        ask_page(state, &id, PageOf::Before(from), fx);
    } else if state.viewport.near_bottom && !room.shows_live() {
        ask_page(state, &id, PageOf::After(to), fx);
    }
}

/// The line that somebody has chosen, or the newest that fits.
pub(super) fn spot_seq(spot: &Spot) -> Option<u64> {
    match spot {
        Spot::Line(_, seq) => Some(*seq),
        Spot::Pending(_) => None,
    }
}
