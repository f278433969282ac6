//! The cache: what is known of the rooms, kept at quiet moments, and shown by the next program
//! before the server has said a word.

use chat_proto::fold::Timeline;
use chat_proto::place::Millis;
use chat_proto::request::stored::Stored;
use chat_proto::request::sync::RoomState;

use super::{Fx, queue, rooms};
use crate::effect::Effect;
use crate::state::State;
use crate::state::room::Room;
use crate::storage::{Cached, KeptRoom, Pair, Who};

/// So many lines of each room are kept.
const LINES: usize = 300;
/// A room that changes is kept at most so often.
const REST_MS: Millis = 5_000;
/// No room is kept so soon after a key: somebody is writing.
const QUIET_MS: Millis = 300;

/// The pair that the token last got, which may be shown before `welcome`.
pub(super) fn pair_of_token(state: &State) -> Option<Pair> {
    if state.passing.is_some() || state.settings.given_token {
        return None;
    }
    state.credentials.in_use()?.pair.clone()
}

/// When the next room is to be kept.
pub(super) fn due_at(state: &State) -> Option<Millis> {
    let first = state.rooms.values().filter_map(|room| room.unkept_since).min()?;
    Some((first + REST_MS).max(state.active_at + QUIET_MS))
}

/// Keeps a room that is due: one at a time, since a key may come in between.
pub(super) fn run(state: &mut State, fx: &mut Fx) {
    if due_at(state).is_some_and(|at| at <= state.now)
        && let Some(room) = state.rooms.values_mut().min_by_key(|room| room.unkept_since.unwrap_or(Millis::MAX))
    {
        let kept = keep(room, state.now);
        push(state, kept, fx);
    }
}

/// Keeps all that is not kept yet.
pub(super) fn keep_all(state: &mut State, fx: &mut Fx) {
    let now = state.now;
    let unkept = state.rooms.values_mut().filter(|room| room.unkept_since.is_some());
    for kept in unkept.map(|room| keep(room, now)).collect::<Vec<_>>() {
        push(state, kept, fx);
    }
}

/// Keeps who this is.
pub(super) fn keep_who(state: &mut State, fx: &mut Fx) {
    let (Some(user), Some(server)) = (state.me.clone(), state.server.clone()) else { return };
    let who = Who { user, server, limits: state.limits.clone() };
    push(state, Some(Cached::Who(Box::new(who))), fx);
}

/// Forgets a room.
pub(super) fn forget(state: &State, room: &Room, fx: &mut Fx) {
    push(state, Some(Cached::Gone(room.id().clone())), fx);
}

/// Forgets all rooms, as far as they are kept.
pub(super) fn forget_all(state: &mut State, fx: &mut Fx) {
    state.rooms.values_mut().for_each(|room| room.unkept_since = None);
    for room in state.rooms.values() {
        forget(state, room, fx);
    }
}

fn push(state: &State, what: Option<Cached>, fx: &mut Fx) {
    if let (Some(what), Some(pair)) = (what, state.pair().filter(|_| state.passing.is_none())) {
        fx.push(Effect::Cache(pair, what));
    }
}

/// The room as it is kept; later, where its lines are not vouched for at this moment.
fn keep(room: &mut Room, now: Millis) -> Option<Cached> {
    let timeline = room.timeline.snapshot(LINES);
    if timeline.is_none() && room.timeline.cursor().is_some() {
        room.unkept_since = Some(now);
        return None;
    }
    room.unkept_since = None;
    let (info, role, others) = (room.info.clone(), room.role, room.others.clone());
    let (epoch, head, read) = (room.timeline.epoch().clone(), room.head.clone(), room.read.clone());
    Some(Cached::Room(Box::new(KeptRoom { info, role, others, epoch, head, read, timeline })))
}

/// Shows what is kept of this pair, before the server has said who this is.
pub(super) fn show(state: &mut State, who: Who, kept: Vec<KeptRoom>, fx: &mut Fx) {
    let me = who.user.id.clone();
    (state.me, state.server, state.limits) = (Some(who.user), Some(who.server), who.limits);
    for room in kept {
        let KeptRoom { info, role, others, epoch, head, read, timeline } = room;
        let mut room = Room::new(RoomState { room: info, epoch, head, n: 0, read, reset: false, role, people: others }, &me);
        if let Some(timeline) = timeline.and_then(|timeline| Timeline::restore(me.clone(), timeline)) {
            room.timeline = timeline;
        }
        state.rooms.insert(room.id().clone(), room);
    }
    rooms::settle_on_known(state, fx);
}

/// What of the outbox stands in the rooms that were kept is stored.
pub(super) fn settle_outbox(state: &mut State, fx: &mut Fx) {
    let Some(me) = state.me.as_ref().map(|me| me.id.clone()) else { return };
    let mut found = Vec::new();
    for room in state.rooms.values() {
        let mine = room.timeline.lines().filter(|line| line.author.id == me && state.outbox.get(&line.client_id).is_some());
        let stored = |line: &chat_proto::fold::Line| Stored { seq: line.seq, id: line.id.clone(), time: line.time, n: line.n };
        found.extend(mine.map(|line| (line.client_id.clone(), room.id().clone(), room.timeline.epoch().clone(), stored(line))));
    }
    for (client_id, room, epoch, stored) in found {
        queue::stands(state, &client_id, &room, &epoch, stored, fx);
    }
}
