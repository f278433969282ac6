/**
 * Friends: each account speaks to its friends in a room of its own. All of these rooms that are mine to read are
 * shown as one place, which stands for my own room; how their lines are laid over one another is `late/merged.ts`.
 */
import type { Line } from "@proto";
import type { RoomCopy, State } from "./state";

export function isFriends({ room }: RoomCopy): boolean {
  return room.kind === "friends";
}

/** Whether it is a place by itself; a friend's room is shown in that of my own. */
export function isPlace(copy: RoomCopy): boolean {
  return !isFriends(copy) || copy.others.length === 0;
}

/** The room as which it is listed and opened. */
export function placeOfRoom(state: State, copy: RoomCopy): RoomCopy | undefined {
  return isPlace(copy) ? copy : together(state, copy).find(isPlace);
}

/** Every room that is shown where this one is. */
export function together(state: State, copy: RoomCopy): RoomCopy[] {
  return isFriends(copy) ? [...state.rooms.values()].filter(isFriends) : [copy];
}

/** Every room whose lines are shown now. */
export function shownRooms(state: State): RoomCopy[] {
  const copy = state.rooms.get(state.current ?? "");
  return copy ? together(state, copy) : [];
}

export function isShown(state: State, copy: RoomCopy): boolean {
  return copy.room.id === state.current || (isFriends(copy) && shownRooms(state).includes(copy));
}

/** Whether the line of the inbox that is shown asks what has no answer yet: its author wants to be a friend. */
export function isQuestion(state: State, line: Line): boolean {
  if (line.kind !== "friend_news" || line.change !== "asked") return false;
  const { id } = line.author;
  const open = state.friends?.some(({ user, state }) => user.id === id && state === "asks_you");
  const lines = state.rooms.get(state.current ?? "")?.timeline.lines() ?? [];
  return !!open && lines.findLast(({ kind, author }) => kind === "friend_news" && author.id === id) === line;
}
