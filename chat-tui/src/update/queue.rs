//! The outbox at work: what joins it, what is sent, what an answer makes of it.

use std::collections::HashSet;

use chat_proto::entry::Entry;
use chat_proto::error::Error;
use chat_proto::fold::Line;
use chat_proto::id::{ClientId, EntryId, Epoch, Rid, RoomId};
use chat_proto::place::{Millis, Place};
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::stored::Stored;
use chat_proto::words;
use serde_json::Value;

use super::{Fx, compose, drafts, rooms, sync};
use crate::effect::Effect;
use crate::state::State;
use crate::state::outbox::{Item, Phase, Settled, Target, Work};
use crate::storage::Change;

/// How long after something could not be kept it is tried again.
const KEEP_AGAIN_MS: Millis = 2_000;

/// Takes something into the outbox and sends it as soon as may be.
pub(super) fn queue(state: &mut State, work: Work, from_draft: bool, fx: &mut Fx) -> ClientId {
    let client_id = state.new_client_id();
    let room = from_draft.then(|| work.room().cloned()).flatten();
    let item = Item::new(client_id.clone(), work, state.date());
    if room.is_some() && room == state.current {
        state.kept_draft = Some(String::new());
    }
    store(state, Change::Queued(item.clone(), room), fx);
    state.outbox.push(item);
    flush(state, fx);
    client_id
}

/// Keeps a change for whoever this is.
pub(super) fn store(state: &mut State, change: Change, fx: &mut Fx) {
    // Who only passes by keeps nothing: nobody could ever come back for it.
    if let Some(pair) = state.pair().filter(|_| state.passing.is_none()) {
        state.unsealed_since = if change.is_urgent() { None } else { state.unsealed_since.or(Some(state.now)) };
        fx.push(Effect::Store(pair, Box::new(change)));
    }
}

/// Sends what is due.
pub(super) fn flush(state: &mut State, fx: &mut Fx) {
    if !state.link.is_online() {
        return;
    }
    settle_pointers(state, fx);
    let asked = &mut state.asked;
    let due = state.outbox.take_due(state.now, state.limits.in_flight as usize, || asked.new_rid());
    // All that is sent for the first time is kept as such at once, and then all of it leaves.
    let first = due.iter().filter(|(_, due)| due.first).filter_map(|(_, due)| state.outbox.get(&due.client_id).cloned());
    for item in first.collect::<Vec<_>>() {
        store(state, Change::Changed(item), fx);
    }
    // Something leaves again without what stood before it, which is settled. Were that found in the outbox once more,
    // after a power cut, and the server's database had been copied back meanwhile, it would come to stand behind this.
    if due.iter().any(|(_, due)| due.after.is_none()) {
        drafts::seal(state, fx);
    }
    fx.extend(due.into_iter().filter_map(|(rid, due)| due.emit(rid)).map(Effect::Emit));
}

/// It is stored. What waited for its place has it now, and is kept so before the item is forgotten.
fn stored_at(state: &mut State, client_id: &ClientId, epoch: Option<&Epoch>, stored: Stored, fx: &mut Fx) -> Option<Settled> {
    let place = epoch.map(|epoch| Place { epoch: epoch.clone(), seq: stored.seq, id: stored.id.clone() });
    let settled = state.outbox.stored(client_id, stored)?;
    let waiting = state.outbox.pointing_at(client_id).cloned();
    for mut item in waiting.collect::<Vec<_>>() {
        if let Some(place) = &place {
            item.work.points_at(place.clone());
            change(state, item, fx);
        }
    }
    Some(settled)
}

/// What an item that points at an own message is to point at.
enum Pointed {
    /// That message is on its way.
    Coming,
    /// It stands there.
    At(Place),
    /// It will not stand anywhere by itself.
    Lost,
}

/// What still waits for the place of an own message, with all rooms known: an answer to one that will get none
/// is said without its quote, and a change of it falls. It would hold up everything behind it for ever.
fn settle_pointers(state: &mut State, fx: &mut Fx) {
    let waiting = state.outbox.items().filter(|item| !item.has_final_answer() && matches!(item.work.target(), Some(Target::Own(_))));
    for mut item in waiting.cloned().collect::<Vec<_>>() {
        match pointed(state, &item) {
            Pointed::Coming => {}
            Pointed::At(place) => {
                item.work.points_at(place);
                change(state, item, fx);
            }
            Pointed::Lost => {
                if item.work.loses_quote() {
                    change(state, item, fx);
                    continue;
                }
                if let Work::Edit { text, .. } = &item.work {
                    state.recall.keep(text.as_str());
                }
                state.complain(words::TARGET_GONE);
                state.outbox.not_kept(&item.client_id);
                store(state, Change::Withdrawn(item.client_id), fx);
            }
        }
    }
}

fn pointed(state: &State, item: &Item) -> Pointed {
    let (Some(Target::Own(client_id)), Some(id)) = (item.work.target(), item.work.room()) else { return Pointed::Coming };
    let Some(room) = state.rooms.get(id) else { return Pointed::Lost };
    let at = |seq, id: &EntryId| Pointed::At(Place { epoch: room.timeline.epoch().clone(), seq, id: id.clone() });
    match state.outbox.get(client_id).map(|own| &own.phase) {
        Some(Phase::Waiting(_) | Phase::Sent(..)) => Pointed::Coming,
        Some(Phase::Stored(stored)) => at(stored.seq, &stored.id),
        Some(Phase::Refused(_) | Phase::SetAside) => Pointed::Lost,
        // It was forgotten when its line was drawn.
        None => {
            let mine = |line: &&Line| line.client_id == *client_id && state.me.as_ref().is_some_and(|me| me.id == line.author.id);
            room.timeline.lines().find(mine).map_or(Pointed::Lost, |line| at(line.seq, &line.id))
        }
    }
}

/// An item that was never sent is another now.
fn change(state: &mut State, item: Item, fx: &mut Fx) {
    if let Some(item) = state.outbox.rewrite(&item.client_id, |work| *work = item.work) {
        store(state, Change::Changed(item), fx);
    }
}

/// Changes could not be kept: what was to join the outbox is a draft again, and what was to be sent
/// waits.
pub(super) fn not_kept(state: &mut State, changes: Vec<Change>, reason: String) {
    for change in changes {
        match change {
            Change::Queued(item, _) => {
                state.outbox.not_kept(&item.client_id);
                state.kept_draft = None;
                compose::take_back(state, item.work);
            }
            Change::Changed(item) => state.outbox.not_sent(&item.client_id, state.now + KEEP_AGAIN_MS),
            // In memory it is as it should be; on disk an older state is, which does no harm.
            Change::Settled(_) | Change::Withdrawn(_) | Change::Draft(..) => {}
        }
    }
    state.complain(reason);
}

/// It cut the line again and again: it is not sent any more by itself, and what follows it is.
pub(super) fn set_aside(state: &mut State, item: Item, fx: &mut Fx) {
    // A line is drawn where it stands, to be retried.
    if !item.work.draws_line() {
        state.complain("What you did last may not have been done: it cuts the line. Look, and try it again.");
        give_back_unopened(state, &item.client_id, words::CUTS_THE_LINE, fx);
    }
    store(state, Change::Changed(item), fx);
}

/// An answer to something of the outbox. `false` when it was not about it.
pub(super) fn answered(state: &mut State, rid: &Rid, outcome: &Result<Value, Error>, fx: &mut Fx) -> bool {
    let Some(item) = state.outbox.sent_as(rid).cloned() else { return false };
    let settled = match outcome {
        Ok(value) => match serde_json::from_value::<Stored>(value.clone()) {
            Ok(stored) => {
                let room = item.work.room().and_then(|room| state.rooms.get(room));
                let epoch = room.map(|room| room.timeline.epoch().clone());
                stored_at(state, &item.client_id, epoch.as_ref(), stored, fx)
            }
            Err(error) => {
                // It is asked again, as if no answer had come: it may be stored.
                state.complain(format!("The server's answer to a message cannot be read: {error}"));
                None
            }
        },
        Err(error) => state.outbox.refused(&item.client_id, error.clone(), state.now),
    };
    if let Some(settled) = settled {
        let made = outcome.as_ref().ok().and_then(|value| serde_json::from_value::<RoomCreated>(value.clone()).ok());
        let made = made.map(|made| made.room.id);
        apply(state, settled, made.as_ref(), fx);
    }
    flush(state, fx);
    true
}

/// `room` is where it stands, where that is known.
fn apply(state: &mut State, settled: Settled, room: Option<&RoomId>, fx: &mut Fx) {
    match settled {
        Settled::Stored(item) => {
            match room {
                Some(room) => {
                    // What waited for the room knows it before the item is forgotten that opened it.
                    for opened in state.outbox.opened(&item.client_id, room) {
                        store(state, Change::Changed(opened), fx);
                    }
                }
                None => give_back_unopened(state, &item.client_id, "the server did not tell where", fx),
            }
            store(state, Change::Settled(item.client_id.clone()), fx);
            rooms::done(state, &item.work, room, fx);
            forget_drawn(state);
        }
        Settled::Refused(item, error) => {
            store(state, Change::Changed(item.clone()), fx);
            if item.work.draws_line() {
                // It shows the reason where it stands, to be retried or discarded.
                change_here(state, &item.client_id, fx);
                give_back_homeless(state, fx);
            } else {
                state.complain(&error.message);
                give_back_unopened(state, &item.client_id, &error.message, fx);
                state.outbox.discard(&item.client_id);
                store(state, Change::Settled(item.client_id), fx);
            }
        }
        Settled::Again(after_sync) => {
            if after_sync {
                sync::ask_now(state, fx);
            }
        }
    }
}

/// The server will not have a message, so what was to change it there is done here: the failed line says what it was
/// meant to say, and what was to be taken back is gone.
fn change_here(state: &mut State, client_id: &ClientId, fx: &mut Fx) {
    let changes: Vec<Item> = state.outbox.pointing_at(client_id).filter(|item| !item.work.draws_line()).cloned().collect();
    let (mut better, mut taken_back) = (None, false);
    for change in changes {
        match change.work {
            Work::Edit { text, mentions, .. } => better = Some((text, mentions)),
            Work::Delete { .. } => taken_back = true,
            _ => {}
        }
        state.outbox.not_kept(&change.client_id);
        store(state, Change::Withdrawn(change.client_id), fx);
    }
    if taken_back {
        if state.outbox.discard(client_id).is_some() {
            store(state, Change::Withdrawn(client_id.clone()), fx);
        }
    } else if let Some((text, mentions)) = better
        && let Some(item) = state.outbox.reword(client_id, text, mentions)
    {
        store(state, Change::Changed(item), fx);
    }
}

/// A refused message is drawn in its room. Where that is none of ours, nobody would ever see it: its
/// text goes back to who wrote it.
pub(super) fn give_back_homeless(state: &mut State, fx: &mut Fx) {
    let refused = state.outbox.items().filter_map(|item| match (&item.phase, &item.work) {
        (Phase::Refused(error), Work::Send { room, text, .. }) if !state.rooms.contains_key(room) => {
            Some((item.client_id.clone(), text.as_str().to_owned(), error.message.clone()))
        }
        _ => None,
    });
    for (client_id, text, reason) in refused.collect::<Vec<_>>() {
        state.outbox.discard(&client_id);
        store(state, Change::Withdrawn(client_id), fx);
        state.recall.keep(&text);
        state.complain(format!("Not sent to a room that you are in no longer ({reason}). Ctrl+Up brings the text back."));
    }
}

/// What was kept to be said in a conversation that nothing opens any more: the program ended in between.
pub(super) fn give_back_orphans(state: &mut State, fx: &mut Fx) {
    let openings: HashSet<ClientId> = state.outbox.items().filter_map(|item| item.work.opening().cloned()).collect();
    let opens = |state: &State, opening: &ClientId| state.outbox.get(opening).is_some_and(|item| !item.has_final_answer());
    for opening in openings {
        if !opens(state, &opening) {
            give_back_unopened(state, &opening, "the conversation could not be opened", fx);
        }
    }
}

/// What was to be said in a conversation that could not be opened goes back to who wrote it.
fn give_back_unopened(state: &mut State, opening: &ClientId, reason: &str, fx: &mut Fx) {
    for item in state.outbox.not_opened(opening) {
        if let Some(text) = item.work.said() {
            state.recall.keep(text.as_str());
            state.complain(format!("{} Ctrl+Up brings the text back.", words::fill(words::NOT_SENT, &[("reason", reason)])));
        }
        store(state, Change::Withdrawn(item.client_id), fx);
    }
}

/// Own entries settle what they came of, just as the answer does.
pub(super) fn settle_own(state: &mut State, id: &RoomId, entries: &[Entry], fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let epoch = state.rooms.get(id).map(|room| room.timeline.epoch().clone());
    for entry in entries.iter().filter(|entry| entry.author.id == me) {
        let stored = Stored { seq: entry.seq, id: entry.id.clone(), time: entry.time, n: entry.n };
        if let Some(settled) = stored_at(state, &entry.client_id, epoch.as_ref(), stored, fx) {
            apply(state, settled, Some(id), fx);
        }
    }
    forget_drawn(state);
    flush(state, fx);
}

/// Something of the outbox stands in a room's log, as far as that was kept.
pub(super) fn stands(state: &mut State, client_id: &ClientId, room: &RoomId, epoch: &Epoch, stored: Stored, fx: &mut Fx) {
    if let Some(settled) = stored_at(state, client_id, Some(epoch), stored, fx) {
        apply(state, settled, Some(room), fx);
    }
}

/// At a `welcome`: what was answered before by a log that is gone. It ends before that place now.
pub(super) fn forget_lost(state: &mut State) {
    let rooms = &state.rooms;
    state.outbox.forget_drawn(|room, stored| rooms.get(room).is_none_or(|room| room.head.seq < stored.seq));
}

/// What is stored and in the log, or not to be seen anyway, is not drawn below it any more.
fn forget_drawn(state: &mut State) {
    let rooms = &state.rooms;
    state.outbox.forget_drawn(|room, stored| {
        let cursor = rooms.get(room).and_then(|room| room.timeline.cursor());
        cursor.is_none_or(|cursor| stored.seq <= cursor.seq)
    });
}
