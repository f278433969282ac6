/** Going from room to room. */
import type { Effect } from "../effect";
import { currentRoom, listed, unread, type State } from "../state";
import { ask } from "./ask";
import { readHead } from "./history";
import { markLeft } from "./read";
import { stopTyping } from "./typing";

export function open(state: State, id: string): Effect[] {
  const copy = state.rooms.get(id);
  if (!copy) return [];
  if (state.width < 700) state.panels.rooms = null;
  const here: Effect[] = [{ do: "focus", on: "composer" }];
  if (state.current === id) return here;
  const effects = [...stopTyping(state), ...here];
  const left = currentRoom(state);
  if (left) {
    effects.push(...markLeft(state, left));
    left.marker = null;
    left.anchor = null;
    left.kept_unread = false;
    state.previous = left.room.id;
  }
  // Whoever goes on has left what was found behind.
  state.search = null;
  state.jumping = null;
  state.current = id;
  state.chosen = null;
  state.at_bottom = true;
  state.input_index = null;
  copy.marker = unread(copy).unread > 0 ? copy.read.seq : null;
  if (!copy.timeline.cursor) effects.push(...readHead(state, copy));
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
  const next = after.find((copy) => unread(copy).mentions > 0) ?? after.find((copy) => unread(copy).unread > 0);
  return next ? open(state, next.room.id) : [];
}
