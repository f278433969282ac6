/** Going from room to room. */
import type { Effect } from "../effect";
import { placeOfRoom, shownRooms } from "../friends";
import { listed, unread, unreadAt, type State } from "../state";
import { ask } from "./ask";
import { readHead } from "./history";
import { markLeft } from "./read";
import { stopTyping } from "./typing";

export function open(state: State, wished: string): Effect[] {
  const found = state.rooms.get(wished);
  const copy = found && placeOfRoom(state, found);
  if (!copy) return [];
  const { id } = copy.room;
  if (state.width < 700) state.panels.rooms = null;
  const here: Effect[] = [{ do: "focus", on: "composer" }];
  if (state.current === id) return here;
  const effects = [...stopTyping(state), ...here];
  for (const left of shownRooms(state)) {
    effects.push(...markLeft(state, left));
    left.marker = null;
    left.anchor = null;
    left.kept_unread = false;
    state.previous = state.current;
  }
  // Whoever goes on has left what was found behind.
  state.search = null;
  state.jumping = null;
  state.current = id;
  state.chosen = null;
  state.at_bottom = true;
  state.input_index = null;
  for (const one of shownRooms(state)) one.marker = unread(one).unread > 0 ? one.read.seq : null;
  if (!copy.timeline.cursor) effects.push(...readHead(state, copy));
  effects.push(...(state.late?.friends.begin(state) ?? []));
  effects.push(...askMembers(state, id));
  effects.push({ do: "scroll", to: "bottom" }, { do: "keep_room", room: id });
  return effects;
}

export function askMembers(state: State, room: string): Effect[] {
  return ask(state, "room:members", { room }, { is: "members", room });
}

/** The room so many places further down the list, around its ends. */
export function step(state: State, by: number): Effect[] {
  const rooms = listed(state);
  const at = rooms.findIndex(({ room }) => room.id === state.current);
  const next = rooms[(at + by + rooms.length) % rooms.length];
  return next ? open(state, next.room.id) : [];
}

/** The next room below with something unread, mentions first. */
export function nextUnread(state: State): Effect[] {
  const rooms = listed(state);
  const at = rooms.findIndex(({ room }) => room.id === state.current);
  const after = [...rooms.slice(at + 1), ...rooms.slice(0, Math.max(0, at))];
  const waits = after.map((copy) => ({ copy, ...unreadAt(state, copy) })).filter(({ unread }) => unread > 0);
  const next = (waits.find(({ mentions }) => mentions > 0) ?? waits[0])?.copy;
  return next ? open(state, next.room.id) : [];
}
