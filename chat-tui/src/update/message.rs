//! What can be done with a message: the chosen one, or the newest that fits.

use chat_proto::fold::{Line, LineBody};
use chat_proto::id::RoomId;
use chat_proto::room::RoomRole;
use chat_proto::text::Emoji;
use chat_proto::words;

use super::{Fx, compose, queue, read, scroll, search};
use crate::effect::Effect;
use crate::links;
use crate::state::composer::Mode;
use crate::state::friends::asks_to_be_friends;
use crate::state::outbox::{Item, Phase, Target, Work};
use crate::state::popup::{Confirm, Popup};
use crate::state::room::Anchor;
use crate::state::shown::Shown;
use crate::state::{Spot, State};
use crate::storage::Change;

/// Chooses the newest message in view, or leaves the choice to another one.
pub(super) fn choose_first(state: &mut State) {
    let shown = Shown::of(state);
    // With the screen scrolled up, the lowest one on it.
    let lowest = match state.room().map(|room| &room.scroll.anchor) {
        Some(Anchor::At(spot, _)) => Some(spot.clone()).filter(|spot| shown.has(spot)),
        _ => None,
    };
    let up = |from| std::iter::successors(from, |spot| shown.above_spot(spot)).find(|spot| can_be_chosen(&shown, spot));
    state.chosen = up(lowest).or_else(|| up(shown.last()));
}

/// Chooses the next message, or the one before.
pub(super) fn choose_next(state: &mut State, forward: bool) {
    let shown = Shown::of(state);
    let Some(chosen) = state.chosen.clone().filter(|chosen| shown.has(chosen)) else { return };
    let step = |spot: &Spot| if forward { shown.below_spot(spot) } else { shown.above_spot(spot) };
    match std::iter::successors(step(&chosen), step).find(|spot| can_be_chosen(&shown, spot)) {
        Some(next) => state.chosen = Some(next),
        None if forward => scroll::bottom(state),
        None => scroll::by(state, 1),
    }
}

fn can_be_chosen(shown: &Shown<'_>, spot: &Spot) -> bool {
    shown.line(spot).is_none_or(|said| {
        matches!(said.line.body, LineBody::Message { .. } | LineBody::Invited(_)) || asks_to_be_friends(said.line).is_some()
    })
}

/// The line of a spot.
fn line<'a>(state: &'a State, spot: &Spot) -> Option<&'a Line> {
    match spot {
        Spot::Line(room, seq) => state.rooms.get(room)?.timeline.line(*seq),
        Spot::Pending(_) => None,
    }
}

/// The room in whose log a spot stands, or is about to.
fn room_of(state: &State, spot: &Spot) -> Option<RoomId> {
    match spot {
        Spot::Line(room, _) => Some(room.clone()),
        Spot::Pending(_) => item(state, spot)?.work.room().cloned(),
    }
}

fn item<'a>(state: &'a State, spot: &Spot) -> Option<&'a Item> {
    match spot {
        Spot::Pending(client_id) => state.outbox.get(client_id),
        Spot::Line(..) => None,
    }
}

/// The text of a spot, as it was written.
fn text(state: &State, spot: &Spot) -> Option<String> {
    match (line(state, spot).map(|line| &line.body), item(state, spot).map(|item| &item.work)) {
        (Some(LineBody::Message { content, deleted: false, .. }), _) => Some(content.text.clone()),
        (_, Some(Work::Send { text, .. })) => Some(text.as_str().to_owned()),
        _ => None,
    }
}

fn target(state: &State, spot: &Spot) -> Option<Target> {
    match spot {
        Spot::Line(room, _) => {
            let line = line(state, spot).filter(|line| matches!(line.body, LineBody::Message { .. }))?;
            Some(Target::Place(line.mark().at(state.rooms.get(room)?.timeline.epoch())))
        }
        Spot::Pending(client_id) => Some(Target::Own(client_id.clone())),
    }
}

fn is_mine(state: &State, line: &Line) -> bool {
    state.me.as_ref().is_some_and(|me| me.id == line.author.id)
}

/// The chosen message, or the newest that is (or is not) mine.
fn pick(state: &State, mine: bool) -> Option<Spot> {
    if let Some(chosen) = &state.chosen {
        return Some(chosen.clone());
    }
    let on_its_way = mine.then(|| newest_on_its_way(state)).flatten();
    on_its_way.or_else(|| newest(state, |line| is_mine(state, line) == mine))
}

/// The newest line of mine on the screen that has no place yet: it stands below all that have one. One that
/// will not get any is sent again or discarded, and nothing else.
fn newest_on_its_way(state: &State) -> Option<Spot> {
    let lines = state.outbox.lines(state.current.as_ref()?).rev();
    let mut coming = lines.filter(|item| !item.has_final_answer()).map(|item| Spot::Pending(item.client_id.clone()));
    coming.find(|spot| !is_being_deleted(state, spot))
}

/// Whether it is to be taken back already, as soon as the server hears of it.
fn is_being_deleted(state: &State, spot: &Spot) -> bool {
    let mut deletions = state.outbox.items().filter(|item| !matches!(item.phase, Phase::Refused(_) | Phase::SetAside));
    deletions.any(|item| match (&item.work, spot) {
        (Work::Delete { room: of, target: Target::Place(place) }, Spot::Line(room, seq)) => of == room && place.seq == *seq,
        (Work::Delete { target: Target::Own(client_id), .. }, Spot::Pending(of)) => client_id == of,
        _ => false,
    })
}

/// The newest message on the screen that was not taken back, nor is to be, and fits.
fn newest(state: &State, fits: impl Fn(&Line) -> bool) -> Option<Spot> {
    let is_one = |line: &Line| matches!(line.body, LineBody::Message { deleted: false, .. }) && fits(line);
    let shown = Shown::of(state);
    shown.lines_up().filter(|said| is_one(said.line)).map(|said| said.spot()).find(|spot| !is_being_deleted(state, spot))
}

/// An own message that can be changed, or a sentence why not.
fn pick_own(state: &mut State) -> Option<Spot> {
    let Some(spot) = pick(state, true) else {
        state.complain(words::NO_OWN_MESSAGE);
        return None;
    };
    if line(state, &spot).is_some_and(|line| !is_mine(state, line)) {
        state.complain(words::NOT_YOURS);
        return None;
    }
    Some(spot)
}

/// Answers a message.
pub(super) fn reply(state: &mut State, words: &str, fx: &mut Fx) {
    let Some((spot, target)) = pick(state, false).and_then(|spot| Some((spot.clone(), target(state, &spot)?))) else {
        state.complain("There is no message here to answer.");
        return;
    };
    if let Some(line) = line(state, &spot).filter(|line| state.is_among_friends() && !is_mine(state, line)) {
        // Only its owner writes in a friend's room.
        let name = line.author.name.as_str().to_owned();
        return state.complain(words::fill(words::FRIEND_WRITES_ALONE, &[("name", &name)]));
    }
    let mine = state.me.as_ref().map_or_else(String::new, |me| me.name.as_str().to_owned());
    let name = line(state, &spot).map_or(mine, |line| line.author.name.as_str().to_owned());
    let mode = Mode::Reply(target, name, text(state, &spot).unwrap_or_default());
    state.chosen = None;
    if words.is_empty() {
        state.composer.mode = mode;
    } else {
        compose::say_as(state, words, mode, fx);
    }
}

/// Changes an own message.
pub(super) fn edit(state: &mut State, words: &str, fx: &mut Fx) {
    let Some(spot) = pick_own(state) else { return };
    let (Some(old), Some(target)) = (text(state, &spot), target(state, &spot)) else {
        state.complain(words::NO_OWN_MESSAGE);
        return;
    };
    let mode = match target {
        Target::Place(place) => Mode::Edit(place),
        Target::Own(client_id) => Mode::Rewrite(client_id),
    };
    state.chosen = None;
    if words.is_empty() {
        if !state.composer.is_empty() {
            // What was being written can be had again.
            let draft = state.composer.take();
            state.recall.keep(&draft);
        }
        state.composer.set(old);
        state.composer.mode = mode;
    } else {
        compose::say_as(state, words, mode, fx);
    }
}

/// Asks whether to take a message back.
pub(super) fn ask_delete(state: &mut State, fx: &mut Fx) {
    // Who keeps order in the room takes back what others said as well.
    let keeps_order = |spot: &Spot| {
        let room = room_of(state, spot).and_then(|room| state.rooms.get(&room));
        room.is_some_and(|room| room.role_with(state.server_role()) > RoomRole::Member)
    };
    let chosen = state.chosen.clone().filter(|spot| keeps_order(spot) && target(state, spot).is_some());
    let Some(spot) = chosen.or_else(|| pick_own(state)) else { return };
    if item(state, &spot).is_some_and(|item| !item.emitted) {
        // Nobody has seen it: there is nothing to ask.
        state.chosen = Some(spot);
        discard(state, fx);
    } else {
        state.popup = Some(Popup::Confirm(Confirm::Delete(spot)));
    }
}

/// Takes a message back.
pub(super) fn delete(state: &mut State, spot: &Spot, fx: &mut Fx) {
    let (Some(room), Some(target)) = (room_of(state, spot), target(state, spot)) else { return };
    state.chosen = None;
    queue::queue(state, Work::Delete { room, target }, false, fx);
}

/// Reacts with an emoji, or takes it back; without one, asks which.
pub(super) fn react(state: &mut State, words: &str, fx: &mut Fx) {
    let Some(spot) = state.chosen.clone().or_else(|| newest_on_its_way(state)).or_else(|| newest(state, |_| true)) else {
        state.complain("There is no message here to react to.");
        return;
    };
    if words.is_empty() {
        state.popup = Some(Popup::React(spot, search::emoji("")));
        return;
    }
    let named = emojis::get_by_shortcode(words.trim_matches(':')).map_or(words, |emoji| emoji.as_str());
    match Emoji::parse(named) {
        Ok(emoji) => toggle(state, &spot, emoji, fx),
        Err(reason) => state.complain(format!("{words} {reason}.")),
    }
}

/// Sets a reaction, or takes it back where it is mine.
pub(super) fn toggle(state: &mut State, spot: &Spot, emoji: Emoji, fx: &mut Fx) {
    let (Some(room), Some(target)) = (room_of(state, spot), target(state, spot)) else { return };
    let mine = match line(state, spot).map(|line| &line.body) {
        Some(LineBody::Message { deleted: true, .. }) => return state.complain(words::MESSAGE_DELETED),
        Some(LineBody::Message { reactions, .. }) => reactions.iter().any(|reaction| reaction.mine && reaction.emoji == emoji),
        _ => false,
    };
    queue::queue(state, Work::React { room, target, emoji, on: !mine }, false, fx);
}

/// Copies the text.
pub(super) fn copy(state: &mut State, fx: &mut Fx) {
    if let Some(text) = state.chosen.clone().and_then(|spot| text(state, &spot)) {
        fx.push(Effect::Copy(text));
        state.say(words::COPIED);
    }
}

/// Opens the first link.
pub(super) fn open_link(state: &mut State, fx: &mut Fx) {
    let Some(text) = state.chosen.clone().and_then(|spot| text(state, &spot)) else { return };
    match links::first(&text) {
        Some(link) => fx.push(Effect::Open(link.to_owned())),
        None => state.say(words::NO_LINK),
    }
}

/// Goes to the message that this one answers.
pub(super) fn jump_to_quoted(state: &mut State, fx: &mut Fx) {
    let Some(spot) = state.chosen.clone() else { return };
    match line(state, &spot).map(|line| &line.body) {
        Some(LineBody::Message { reply_to: Some(quote), .. }) => {
            let seq = quote.seq;
            if let Some(room) = room_of(state, &spot) {
                scroll::go_to(state, &room, seq, fx);
            }
        }
        _ => state.say("This message answers no other."),
    }
}

/// The chosen failed message, or the newest one.
fn failed(state: &State) -> Option<Item> {
    if let Some(item) = state.chosen.as_ref().and_then(|spot| item(state, spot)) {
        return Some(item.clone());
    }
    let room = state.current.as_ref()?;
    state.outbox.lines(room).rev().find(|item| matches!(item.phase, Phase::Refused(_) | Phase::SetAside)).cloned()
}

/// Sends a failed message again.
pub(super) fn retry(state: &mut State, fx: &mut Fx) {
    let new_id = state.new_client_id();
    let retried = failed(state).and_then(|item| Some((item.client_id.clone(), state.outbox.retry(&item.client_id, new_id)?)));
    match retried {
        Some((old, item)) => {
            queue::store(state, Change::Settled(old), fx);
            queue::store(state, Change::Queued(item, None), fx);
            state.chosen = None;
            queue::flush(state, fx);
        }
        None => state.say("Nothing here has failed."),
    }
}

/// Discards a message that was not sent.
pub(super) fn discard(state: &mut State, fx: &mut Fx) {
    match failed(state).and_then(|item| state.outbox.discard(&item.client_id)) {
        Some(item) => {
            if let Work::Send { text, .. } = &item.work {
                state.recall.keep(text.as_str());
            }
            queue::store(state, Change::Withdrawn(item.client_id), fx);
            state.chosen = None;
        }
        None => state.say("Only what was not sent can be discarded."),
    }
}

/// Marks unread from the chosen message on.
pub(super) fn mark_unread(state: &mut State, fx: &mut Fx) {
    if let Some(spot) = state.chosen.take() {
        read::mark_unread(state, &spot, fx);
    }
}
