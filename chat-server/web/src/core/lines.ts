/** The line that somebody means: the chosen one, or the last that fits. */
import type { Line } from "@proto";
import type { Effect } from "./effect";
import { isFriends, isQuestion } from "./friends";
import { find, roomOf, type Item } from "./outbox";
import { currentRoom, type LineKey, type RoomCopy, type State } from "./state";
import { shownWindow } from "./update/history";

/** A message, stored or not. */
export type Target =
  | { is: "line"; key: LineKey; copy: RoomCopy; line: Extract<Line, { kind: "message" }> }
  | { is: "item"; key: string; item: Extract<Item, { name: "message:send" }> };

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

export function targetOf(state: State, key: LineKey): Target | null {
  const stand = standOf(state, key);
  const line = stand?.copy.timeline.line(stand.seq);
  if (stand && line?.kind === "message" && !line.deleted) return { is: "line", key, copy: stand.copy, line };
  const item = typeof key === "string" ? find(state.outbox, key) : null;
  return typeof key === "string" && item?.name === "message:send" ? { is: "item", key, item } : null;
}

export function textOf(target: Target): string {
  return target.is === "line" ? target.line.content.text : target.item.fields.content.text;
}

export function isMine(state: State, target: Target): boolean {
  return target.is === "item" || target.line.author.id === state.me?.id;
}

export function authorOf(state: State, target: Target): string {
  return target.is === "line" ? target.line.author.name : (state.me?.name ?? "");
}

/** The chosen message, else the newest one that fits. */
export function meant(state: State, fits: (target: Target) => boolean): Target | null {
  if (state.chosen !== null) return targetOf(state, state.chosen);
  for (const key of keys(state).reverse()) {
    const target = targetOf(state, key);
    if (target && fits(target)) return target;
  }
  return null;
}

/** What can be chosen of what is shown, from the oldest to the newest. */
export function keys(state: State): LineKey[] {
  const copy = currentRoom(state);
  if (!copy) return [];
  const lines = shownLines(state, copy)?.lines ?? [];
  const chosen = lines.filter(({ line }) => line.kind === "message" || isQuestion(state, line));
  return [
    ...chosen.map(({ copy, line }) => keyOf(state, copy, line.seq)),
    ...pending(state, copy).map(({ client_id }) => client_id),
  ];
}

/** Own messages that stand below the newest line, since they have no place yet. */
export function pending(state: State, copy: RoomCopy): Extract<Item, { name: "message:send" }>[] {
  if (copy.anchor !== null) return [];
  return state.outbox.items.filter(
    (item): item is Extract<Item, { name: "message:send" }> =>
      item.name === "message:send" && roomOf(item) === copy.room.id,
  );
}
