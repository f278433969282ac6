/** What can be done from the first moment on. The rest of the table of actions stands behind the page, in `late/`. */
import type { ActionId } from "@proto";
import type { Effect } from "./effect";
import type { Stamp } from "./event";
import type { Wish } from "./late";
import { NARROW, peopleShown, roomsShown, showPeople, WIDE } from "./layout";
import { currentRoom, type State } from "./state";
import { submit } from "./update/submit";

/** Does an action; `argument` is what stood behind its command, or the number of its key. */
export type Handler = (state: State, argument: string, stamp: Stamp, command: string) => Effect[];

export const FIRST = {
  send: (state, _, stamp) => submit(state, stamp),
  new_line: () => [{ do: "compose", what: "new_line" }],
  complete: () => [{ do: "compose", what: "complete" }],
  complete_back: () => [{ do: "compose", what: "complete_back" }],

  scroll_up: () => [{ do: "scroll", to: "page_up" }],
  scroll_down: () => [{ do: "scroll", to: "page_down" }],

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
} satisfies Partial<Record<ActionId, Handler>>;

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
