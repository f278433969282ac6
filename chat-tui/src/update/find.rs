//! Searching what was said: asking page by page, going to a hit and back.

use chat_proto::action::ActionId;
use chat_proto::error::Error;
use chat_proto::id::RoomId;
use chat_proto::request::SearchRead;
use chat_proto::request::search_read::{SearchCursor, SearchReply};
use chat_proto::text::SearchText;
use chat_proto::words;

use super::ask::ask;
use super::{Fx, action, history, keys, merged, rooms, sync};
use crate::keys::Key;
use crate::state::State;
use crate::state::asked::Question;
use crate::state::find::{Back, Find};
use crate::state::viewport::{FIND_ROWS, TWO_COLUMNS};

/// Opens the search; closes it where it is open, and goes back to it where one of its hits is looked at.
/// With words these are searched for at once.
pub(super) fn open(state: &mut State, words: &str, fx: &mut Fx) {
    if words.is_empty() {
        if state.is_finding() {
            state.find = None;
        } else if state.find.is_some() {
            back(state, fx);
        } else {
            show(state, Find::default());
        }
        return;
    }
    back(state, fx);
    let mut find = state.find.take().unwrap_or_default();
    find.field.set(words);
    show(state, find);
    search(state, fx);
}

fn show(state: &mut State, find: Find) {
    state.find = Some(find);
    state.chord = false;
    state.completion = None;
    if state.screen.0 < TWO_COLUMNS {
        // Neither list slides over it.
        (state.rooms_toggled, state.people_toggled) = (false, false);
    }
}

/// Takes a key in, while the search is on the screen.
pub(super) fn key(state: &mut State, key: Key, fx: &mut Fx) {
    let name = key.name();
    let page = isize::try_from(shown(state)).unwrap_or(isize::MAX);
    let Some(find) = state.find.as_mut() else { return };
    match name.as_str() {
        "Esc" => state.find = None,
        "Ctrl+C" if find.field.is_empty() => state.find = None,
        "Ctrl+C" => {
            find.field.take();
        }
        "Enter" => enter(state, fx),
        "Up" | "Ctrl+P" => step(state, -1, fx),
        "Down" | "Tab" | "Ctrl+N" => step(state, 1, fx),
        "Shift+Tab" => step(state, -1, fx),
        "PageUp" => step(state, -page, fx),
        "PageDown" => step(state, page, fx),
        "Ctrl+Home" => step(state, isize::MIN, fx),
        "Ctrl+End" => step(state, isize::MAX, fx),
        _ => match keys::global(&name) {
            Some(id) if goes_on(id) => {
                let number = name.strip_prefix("Alt+").filter(|_| id == ActionId::RoomByNumber).unwrap_or("");
                action::run(state, id, number, fx);
            }
            Some(_) => {}
            None => match key.writes() {
                Some(c) => find.field.insert(c.encode_utf8(&mut [0; 4])),
                None => keys::edit(&mut find.field, key, &name),
            },
        },
    }
}

/// Whether the action is one that does something with the search on the screen: it goes elsewhere, or
/// shows something beside it.
fn goes_on(id: ActionId) -> bool {
    use ActionId::{Help, LastRoom, MemberPanel, NextUnread, Quit, RoomByNumber, RoomPanel, Search, Switcher};
    matches!(id, Search | Help | Switcher | NextUnread | RoomByNumber | LastRoom | RoomPanel | MemberPanel | Quit)
}

/// Takes pasted text in.
pub(super) fn paste(state: &mut State, text: &str) {
    let line = text.lines().next().unwrap_or("").replace('\0', "");
    if let Some(find) = state.find.as_mut() {
        find.field.insert(&line);
    }
}

/// A hit was clicked.
pub(super) fn click(state: &mut State, index: usize, fx: &mut Fx) {
    if let Some(find) = state.find.as_mut().filter(|find| index < find.hits.len()) {
        find.index = index;
        visit(state, fx);
    }
}

/// How many hits the screen shows.
fn shown(state: &State) -> usize {
    usize::from(state.viewport.height / FIND_ROWS).max(1)
}

/// Moves the choice; at the end of what is known more is asked for.
pub(super) fn step(state: &mut State, by: isize, fx: &mut Fx) {
    let shown = shown(state);
    let Some(find) = state.find.as_mut() else { return };
    find.go(by, shown);
    if by > 0 {
        more(state, fx);
    }
}

/// Asks for the next page, where the chosen hit is the last one.
fn more(state: &mut State, fx: &mut Fx) {
    let Some(find) = state.find.as_ref().filter(|find| find.at_end() && find.asking.is_none()) else { return };
    if let (Some(query), Some(more)) = (find.query.clone(), find.more.clone()) {
        ask_page(state, query, Some(more), fx);
    }
}

/// Searches for what is typed, or goes to the chosen hit where that was done already.
fn enter(state: &mut State, fx: &mut Fx) {
    let Some(find) = state.find.as_ref() else { return };
    let is_asked = find.query.as_ref().is_some_and(|query| query.as_str() == find.field.text());
    if !is_asked {
        search(state, fx);
    } else if !find.hits.is_empty() {
        visit(state, fx);
    } else if find.more.is_some() {
        more(state, fx);
    } else if find.asking.is_none() {
        search(state, fx);
    }
}

/// Searches for what is typed.
fn search(state: &mut State, fx: &mut Fx) {
    let Some(find) = state.find.as_mut() else { return };
    if find.field.text().trim().is_empty() {
        return;
    }
    match SearchText::parse(find.field.text()) {
        Ok(query) => {
            find.begin(query.clone());
            ask_page(state, query, None, fx);
        }
        Err(reason) => find.error = Some(format!("What you look for {reason}.")),
    }
}

fn ask_page(state: &mut State, query: SearchText, before: Option<SearchCursor>, fx: &mut Fx) {
    let request = SearchRead { query: query.clone(), room: None, before: before.clone(), limit: None };
    let asked = ask(state, &request, Question::Search(query.clone(), before.clone()), fx);
    if let Some(find) = state.find.as_mut() {
        find.error = (!asked).then(|| words::NO_CONNECTION.to_owned());
        find.asking = asked.then_some((query, before));
    }
}

/// Whether this is what is waited for; what was asked for before that is told no more.
fn is_awaited(find: &Find, query: &SearchText, before: Option<&SearchCursor>) -> bool {
    find.asking.as_ref().is_some_and(|(asked, from)| asked == query && from.as_ref() == before)
}

/// A page came.
pub(super) fn page(state: &mut State, query: &SearchText, before: Option<&SearchCursor>, reply: SearchReply, fx: &mut Fx) {
    let Some(find) = state.find.as_mut().filter(|find| is_awaited(find, query, before)) else { return };
    let known = find.hits.len();
    find.page(reply);
    if find.hits.len() == known {
        // It ended where it had cost enough.
        more(state, fx);
    }
}

/// A page will not come, and the sentence says why.
pub(super) fn failed(state: &mut State, query: &SearchText, before: Option<&SearchCursor>, reason: &str) {
    if let Some(find) = state.find.as_mut().filter(|find| is_awaited(find, query, before)) {
        find.asking = None;
        find.error = Some(reason.to_owned());
    }
}

/// The server refused a page.
pub(super) fn refused(state: &mut State, query: &SearchText, before: Option<&SearchCursor>, error: &Error) {
    failed(state, query, before, &error.message);
}

/// Goes to the chosen hit.
fn visit(state: &mut State, fx: &mut Fx) {
    let Some(mut find) = state.find.take() else { return };
    let Some((id, epoch, seq)) = find.hits.get(find.index).map(|hit| (hit.room.clone(), hit.epoch.clone(), hit.entry.seq)) else {
        state.find = Some(find);
        return;
    };
    let known = state.rooms.get(&id).map(|room| *room.timeline.epoch() == epoch);
    if known != Some(true) {
        find.error = Some(if known.is_none() { rooms::NOT_IN } else { history::GONE }.to_owned());
        state.find = Some(find);
        // A room that is new here, or whose log was made anew.
        sync::ask_now(state, fx);
        return;
    }
    let chosen = state.chosen.take();
    let here = state.room();
    let there = state.rooms.get(&state.place_of(&id));
    let scrolls = here.into_iter().chain(there).map(|room| (room.id().clone(), room.scroll.clone())).collect();
    let back = Back {
        room: state.current.clone(),
        last: state.last.clone(),
        chosen,
        marks: state.shown_rooms().into_iter().map(|room| (room.id().clone(), room.new_after, room.kept_unread)).collect(),
        scrolls,
    };
    state.notice = None;
    rooms::jump(state, &id, seq, fx);
    find.away = Some(back);
    find.error = None;
    state.find = Some(find);
}

/// Back from a hit to the search, with everything where it was before.
pub(super) fn back(state: &mut State, fx: &mut Fx) {
    let Some(mut find) = state.find.take_if(|find| find.away.is_some()) else { return };
    if let Some(back) = find.away.take() {
        restore(state, back, fx);
    }
    show(state, find);
}

fn restore(state: &mut State, back: Back, fx: &mut Fx) {
    let Back { room, last, chosen, marks, scrolls } = back;
    let stays = state.current == room;
    if let Some(id) = &room {
        rooms::enter(state, id, fx);
    }
    merged::forget_goals(state);
    for (id, scroll) in scrolls {
        if let Some(room) = state.rooms.get_mut(&id) {
            (room.scroll, room.goal) = (scroll, None);
        }
    }
    state.chosen = None;
    if state.current != room {
        // It is mine no longer.
        return;
    }
    (state.last, state.chosen) = (last, chosen);
    for (id, new_after, kept_unread) in marks.into_iter().filter(|_| !stays) {
        if let Some(room) = state.rooms.get_mut(&id) {
            room.new_after = new_after.or(room.new_after);
            room.kept_unread = kept_unread;
        }
    }
}

/// A message was taken back.
pub(super) fn deleted(state: &mut State, room: &RoomId, seq: u64) {
    if let Some(find) = state.find.as_mut() {
        find.forget(room, seq);
    }
}
