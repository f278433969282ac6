/** The outbox at work: storing, emitting in order, settling. */
import type { Entry, Place, RoomCreated, Stored } from "@proto";
import type { Effect } from "../effect";
import { due, find, newItem, predecessor, refuse, remove, roomOf, settle, type Item, type Write } from "../outbox";
import type { RoomCopy, State } from "../state";
import type { Error as WireError } from "@proto";
import type { Stamp } from "../event";
import { nextRid } from "./ask";
import { askSync } from "./sync";

/** Puts a request into the outbox; it goes out once storage has it. */
export function enqueue(state: State, write: Write, stamp: Stamp, points_at: Item["points_at"] = null): Effect[] {
  const item = { ...newItem(write, stamp.id, stamp.now), points_at };
  state.outbox.items.push(item);
  return [{ do: "save", items: [item] }];
}

/** Emits what is due. */
export function pump(state: State): Effect[] {
  if (state.link.is !== "connected" || state.closing) return [];
  return due(state.outbox, state.now, state.limits.in_flight).map((item) => {
    const rid = nextRid(state, { is: "outbox", client_id: item.client_id });
    const { name, fields, client_id } = item;
    // Worked out anew at each try: what stood before may have its answer by now.
    const after = name === "room:create" ? {} : { after: predecessor(state.outbox, item) };
    Object.assign(item, { rid, sent_at: state.now, emitted: true });
    return { do: "emit", name, payload: { rid, ...fields, client_id, ...after } };
  });
}

export function onStored(state: State, client_id: string, reply: unknown): Effect[] {
  const item = find(state.outbox, client_id);
  if (!item || item.is === "answered") return [];
  const stored = reply as Stored;
  const room = roomOf(item);
  const epoch = room !== null ? state.rooms.get(room)?.timeline.epoch : undefined;
  const effects = answered(state, item, epoch ? { epoch, seq: stored.seq, id: stored.id } : null);
  if (item.name === "room:create") state.wanted = (reply as RoomCreated).room.id;
  if (item.name === "room:join") state.wanted = item.fields.room;
  const moved = item.name === "room:create" || item.name === "room:join" || item.name === "room:leave";
  return moved ? [...effects, ...askSync(state)] : effects;
}

export function onRefused(state: State, client_id: string, rid: string, error: WireError, random: number): Effect[] {
  const item = find(state.outbox, client_id);
  if (!item || item.is !== "waiting") return [];
  // An older try's answer says nothing of the newer one's, unless it is final.
  if (item.rid !== rid && error.retry !== "never") return [];
  return refuse(state.outbox, item, error, state.now, random) ? askSync(state) : [];
}

/** Own entries, live or in a page, settle what they answer, whichever comes first. */
export function settleOwn(state: State, copy: RoomCopy, entries: readonly Entry[]): Effect[] {
  const effects: Effect[] = [];
  if (state.outbox.items.length === 0) return effects;
  for (const entry of entries) {
    if (entry.author.id !== state.me?.id) continue;
    const item = find(state.outbox, entry.client_id);
    if (!item || item.is === "answered" || roomOf(item) !== copy.room.id) continue;
    effects.push(...answered(state, item, { epoch: copy.timeline.epoch, seq: entry.seq, id: entry.id }));
  }
  return effects;
}

function answered(state: State, item: Item, place: Place | null): Effect[] {
  settle(state.outbox, item, place);
  return [{ do: "forget", client_ids: [item.client_id] }];
}

/** Drops what is answered and drawn at its place. */
export function prune(state: State): void {
  for (const item of state.outbox.items) {
    if (item.is !== "answered") continue;
    const room = roomOf(item);
    const copy = room === null ? undefined : state.rooms.get(room);
    const cursor = copy?.timeline.cursor;
    if (item.place && cursor && cursor.seq < item.place.seq) continue;
    remove(state.outbox, item);
    if (copy && item.place) rekey(state, copy, item.client_id, item.place.seq);
  }
}

/** What meant a message by its client id means it by its place from now on. */
function rekey(state: State, copy: RoomCopy, client_id: string, seq: number): void {
  const { dialog } = state;
  if (state.chosen === client_id) state.chosen = seq;
  if (dialog && "key" in dialog && dialog.key === client_id) state.dialog = { ...dialog, key: seq };
  if (copy.mode.is === "reply" && copy.mode.to === client_id) copy.mode = { ...copy.mode, to: seq };
  if (copy.mode.is === "edit" && copy.mode.target === client_id) copy.mode = { ...copy.mode, target: seq };
}
