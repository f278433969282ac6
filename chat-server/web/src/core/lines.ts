/** The lines of what is shown, and by what each is known. */
import type { Line } from "@proto";
import type { Effect } from "./effect";
import { isFriends } from "./friends";
import { roomOf, type Item } from "./outbox";
import type { LineKey, RoomCopy, State } from "./state";
import { shownWindow } from "./update/history";

/** A line, and the room in whose log it stands. */
export interface Placed {
  copy: RoomCopy;
  line: Line;
}

/** What is shown of the log, or of the logs. */
export interface Shown {
  lines: Placed[];
  /** Where it begins, and whether that is the beginning of everything. */
  from: LineKey;
  beginning: boolean;
  /** Whether what stands before it is on its way. */
  loading: boolean;
}

/** What is shown where that room is, from the oldest to the newest; null until there is something. */
export function shownLines(state: State, copy: RoomCopy): Shown | null {
  if (isFriends(copy)) return state.late?.friends.merge(state) ?? null;
  const shown = shownWindow(copy);
  if (!shown) return null;
  const lines = copy.timeline.lines(...shown).map((line) => ({ copy, line }));
  return { lines, from: shown[0], beginning: shown[0] <= 1, loading: copy.loading.has("before") };
}

export function keyOf(state: State, copy: RoomCopy, seq: number): LineKey {
  return copy.room.id === state.current ? seq : `${seq}@${copy.room.id}`;
}

/** Where a line stands that has a place. */
export function standOf(state: State, key: LineKey): { copy: RoomCopy; seq: number } | null {
  const [, seq, room] = typeof key === "string" ? (/^(\d+)@([^]+)$/.exec(key) ?? []) : [key, key, state.current];
  const copy = state.rooms.get(String(room));
  return copy ? { copy, seq: Number(seq) } : null;
}

export function scrollTo(key: LineKey, top?: number): Extract<Effect, { do: "scroll" }>["to"] {
  const line = typeof key === "number" ? { seq: key } : { key };
  return top === undefined ? line : { ...line, top };
}

/** Own messages that stand below the newest line, since they have no place yet. */
export function pending(state: State, copy: RoomCopy): Extract<Item, { name: "message:send" }>[] {
  if (copy.anchor !== null) return [];
  return state.outbox.items.filter(
    (item): item is Extract<Item, { name: "message:send" }> =>
      item.name === "message:send" && roomOf(item) === copy.room.id,
  );
}
