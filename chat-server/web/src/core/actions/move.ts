/** Moving about. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { Wish } from "../late";
import { currentRoom, type State } from "../state";
import { keyOf, shownLines, type Placed } from "../lines";
import { jumpTo } from "../update/history";
import { askMembers } from "../update/rooms";
import type { Handler } from "./handler";

/** Below this width the room list slides over; from the other on the people have a column. */
export const NARROW = 700;
export const WIDE = 1_100;

export const MOVE_ACTIONS = {
  next_mention: (state) => toMention(state, 1),
  previous_mention: (state) => toMention(state, -1),
  scroll_up: () => [{ do: "scroll", to: "page_up" }],
  scroll_down: () => [{ do: "scroll", to: "page_down" }],

  top: (state) => {
    const copy = currentRoom(state);
    return copy ? jumpTo(state, copy, 1) : [];
  },

  bottom: (state) => {
    const copy = currentRoom(state);
    if (copy) copy.anchor = null;
    state.jumping = null;
    state.chosen = null;
    return [{ do: "scroll", to: "bottom" }];
  },

  room_panel: (state) => {
    state.panels.rooms = !roomsShown(state);
    return [];
  },

  member_panel: (state) => showPeople(state, !peopleShown(state)),

  cancel: (state, _, stamp) => cancel(state, stamp),
} satisfies Record<string, Handler>;

export function roomsShown(state: State): boolean {
  return state.panels.rooms ?? state.width >= NARROW;
}

export function peopleShown(state: State): boolean {
  return state.panels.people ?? state.width >= WIDE;
}

export function showPeople(state: State, show: boolean): Effect[] {
  state.panels.people = show;
  const copy = currentRoom(state);
  return show && copy ? askMembers(state, copy.room.id) : [];
}

/** Ends the innermost of what is under way, and goes back to the composer. */
function cancel(state: State, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  const way = wayBack(state);
  if (way) return state.late?.onWish(state, way, stamp) ?? [];
  if (state.dialog) state.dialog = null;
  else if (state.chosen !== null) state.chosen = null;
  else if (copy && copy.mode.is === "edit") {
    copy.draft = copy.mode.stash;
    copy.mode = { is: "say" };
  } else if (copy && copy.mode.is === "reply") copy.mode = { is: "say" };
  else if (state.width < NARROW && roomsShown(state)) state.panels.rooms = null;
  else if (state.width < WIDE && peopleShown(state)) state.panels.people = null;
  else state.notice = null;
  return [{ do: "focus", on: "composer" }];
}

/** From a search to where one was, and from what it found back to it. */
function wayBack(state: State): Wish | null {
  if (state.dialog) return state.dialog.is === "search" ? { is: "search_closed" } : null;
  const says = (currentRoom(state)?.mode.is ?? "say") === "say";
  return state.search && says ? { is: "back_to_search" } : null;
}

function toMention(state: State, by: 1 | -1): Effect[] {
  const copy = currentRoom(state);
  const me = state.me?.id;
  const lines = (copy && shownLines(state, copy)?.lines) ?? [];
  if (!me) return [];
  const chosen = lines.findIndex(({ copy, line }) => keyOf(state, copy, line.seq) === state.chosen);
  const at = chosen >= 0 || by > 0 ? chosen : lines.length;
  const names = ({ line }: Placed) => line.kind === "message" && !line.deleted && line.mentions.includes(me);
  const found = by < 0 ? lines.slice(0, at).findLast(names) : lines.slice(at + 1).find(names);
  return found ? jumpTo(state, found.copy, found.line.seq) : [];
}
