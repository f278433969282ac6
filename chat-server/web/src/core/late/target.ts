/** The message that somebody means: the chosen one, or the last that fits. */
import type { Line } from "@proto";
import { isQuestion } from "../friends";
import { keyOf, pending, shownLines, standOf } from "../lines";
import { find, type Item } from "../outbox";
import { currentRoom, type LineKey, type RoomCopy, type State } from "../state";

/** A message, stored or not. */
export type Target =
  | { is: "line"; key: LineKey; copy: RoomCopy; line: Extract<Line, { kind: "message" }> }
  | { is: "item"; key: string; item: Extract<Item, { name: "message:send" }> };

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

/** The chosen message, else the newest one that fits and stays. */
export function meant(state: State, fits: (target: Target) => boolean): Target | null {
  if (state.chosen !== null) return targetOf(state, state.chosen);
  for (const key of keys(state).reverse()) {
    const target = targetOf(state, key);
    if (target && fits(target) && !isBeingDeleted(state, target)) return target;
  }
  return null;
}

/** Whether it is to be taken back already, as soon as the server hears of it. */
function isBeingDeleted(state: State, target: Target): boolean {
  return state.outbox.items.some((item) => {
    if (item.name !== "message:delete" || item.is === "failed") return false;
    if (item.points_at) return item.points_at.client_id === target.key;
    return (
      target.is === "line" && item.fields.room === target.copy.room.id && item.fields.target.seq === target.line.seq
    );
  });
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
