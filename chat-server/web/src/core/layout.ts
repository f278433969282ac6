/** What of the page is shown beside the log. */
import type { Effect } from "./effect";
import { currentRoom, type State } from "./state";
import { askMembers } from "./update/rooms";

/** Below this width the room list slides over; from the other on the people have a column. */
export const NARROW = 700;
export const WIDE = 1_100;

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
