/** The line that somebody means: the chosen one, or the last that fits. */
import type { Line } from "@proto";
import { find, roomOf, type Item } from "./outbox";
import { currentRoom, type LineKey, type RoomCopy, type State } from "./state";
import { shownWindow } from "./update/history";

/** A message, stored or not. */
export type Target =
  | { is: "line"; key: number; line: Extract<Line, { kind: "message" }> }
  | { is: "item"; key: string; item: Extract<Item, { name: "message:send" }> };

export function targetOf(state: State, key: LineKey): Target | null {
  if (typeof key === "string") {
    const item = find(state.outbox, key);
    return item?.name === "message:send" ? { is: "item", key, item } : null;
  }
  const line = currentRoom(state)?.timeline.line(key);
  return line?.kind === "message" && !line.deleted ? { is: "line", key, line } : null;
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

/** What can be chosen in the current room, as it is shown, from the oldest to the newest. */
export function keys(state: State): LineKey[] {
  const copy = currentRoom(state);
  if (!copy) return [];
  const shown = shownWindow(copy);
  const lines = shown ? copy.timeline.lines(shown[0], shown[1]).filter(({ kind }) => kind === "message") : [];
  return [...lines.map(({ seq }) => seq), ...pending(state, copy).map(({ client_id }) => client_id)];
}

/** Own messages that stand below the newest line, since they have no place yet. */
export function pending(state: State, copy: RoomCopy): Extract<Item, { name: "message:send" }>[] {
  if (copy.anchor !== null) return [];
  return state.outbox.items.filter(
    (item): item is Extract<Item, { name: "message:send" }> =>
      item.name === "message:send" && roomOf(item) === copy.room.id,
  );
}
