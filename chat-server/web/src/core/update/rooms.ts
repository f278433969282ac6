/** Going from room to room. */
import type { Effect } from "../effect";
import { placeOfRoom, shownRooms } from "../friends";
import { unread, type State } from "../state";
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
