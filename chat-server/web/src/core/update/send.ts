/** The outbox at work: storing, sending in order, settling. */
import type { Entry, Error as WireError, Place, RoomCreated, Stored } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { due, find, isOpen, postpone, remove, settle, type Item } from "../outbox";
import { befriends, makesRoom, newItem, roomOf, type Fields, type Fresh, type Kept, type Write } from "../outbox/item";
import type { RoomCopy, State } from "../state";
import { oneLine } from "../text";
import { say } from "../words";
import { keep, refuseFinally } from "./keep";
import { tell } from "./notice";
import { askSync } from "./sync";

/** So often the answer to a line is asked for again while its room is not known here; it may be mine no more. */
const PATIENCE = 8;

/** A request of mine, made now. */
export function fresh(state: State, write: Write, stamp: Stamp, points_at: Kept["points_at"] = null): Fresh {
  const who = { name: state.me?.name ?? "", identity: state.me?.identity ?? null };
  return { ...newItem(write, stamp.id, stamp.time, state.tab, who), points_at };
}

/** Puts a request into the outbox; it goes out once storage has it, at once where nothing is before it. */
export function enqueue(state: State, write: Write, stamp: Stamp, points_at: Kept["points_at"] = null): Effect[] {
  const item = fresh(state, write, stamp, points_at);
  const open = sends(state) && !points_at && isOpen(state.outbox, roomOf(item), state.limits.in_flight);
  const copy = write.name === "message:send" ? state.rooms.get(write.fields.room) : undefined;
  const people = copy?.room.kind === "direct" ? { people: copy.others.map(({ id }) => id) } : {};
  return keep(state, { is: "add", item, draft: null, attempt: open ? state.attempt : null, ...people });
}

/** Has storage note what is due; it goes out when that is done. */
export function pump(state: State): Effect[] {
  if (!sends(state)) return [];
  const items = due(state.outbox, state.now, state.limits.in_flight, state.tab);
  if (items.length === 0) return [];
  for (const item of items) item.claiming = true;
  const client_ids = items.map(({ client_id }) => client_id);
  return keep(state, { is: "claim", client_ids, by: state.tab, attempt: state.attempt });
}

function sends(state: State): boolean {
  return state.link.is === "connected" && !state.closing && state.outbox.ready;
}

export function onStored(state: State, client_id: string, reply: unknown): Effect[] {
  const item = find(state.outbox, client_id);
  if (!item || item.is === "answered") return [];
  const stored = reply as Stored;
  const room = roomOf(item);
  const epoch = room !== null ? state.rooms.get(room)?.timeline.epoch : undefined;
  // Another page opened the conversation. Without its epoch nothing could point at the line: it is asked for
  // the room first, and then again for the answer, which stays the same.
  if (item.name === "message:send" && epoch === undefined && item.tries < PATIENCE) {
    Object.assign(item, { rid: null, due_at: Infinity, tries: item.tries + 1 });
    return askSync(state);
  }
  const made = makesRoom(item) ? (reply as RoomCreated).room.id : undefined;
  const effects = answered(state, item, epoch ? { epoch, seq: stored.seq, id: stored.id } : null, made);
  if (made !== undefined) state.wanted = made;
  if (item.name === "room:join") state.wanted = item.fields.room;
  if (item.name === "room:invite") invited(state, item.fields);
  const moved = made !== undefined || item.name === "room:join" || item.name === "room:leave";
  return moved ? [...effects, ...askSync(state)] : effects;
}

/** Tells that somebody is invited, by the name under which they were found. */
function invited(state: State, { user: id }: Fields<"room:invite">): void {
  const name = state.found.get(id);
  if (name !== undefined) tell(state, say("INVITATION_SENT", { user: oneLine(name) }));
}

export function onRefused(state: State, client_id: string, rid: string, error: WireError, random: number): Effect[] {
  const item = find(state.outbox, client_id);
  if (item?.is !== "waiting") return [];
  if (error.retry === "never") return refuseFinally(state, item, error);
  // An older try's answer says nothing of the newer one's.
  return item.rid === rid && postpone(state.outbox, item, error, state.now, random) ? askSync(state) : [];
}

/** Own entries, live or in a page, settle what they answer, whichever comes first. */
export function settleOwn(state: State, copy: RoomCopy, entries: readonly Entry[]): Effect[] {
  const effects: Effect[] = [];
  if (state.outbox.items.length === 0) return effects;
  for (const entry of entries) {
    if (entry.author.id !== state.me?.id) continue;
    const item = find(state.outbox, entry.client_id);
    if (!item || item.is === "answered" || !standsIn(copy, item)) continue;
    effects.push(...answered(state, item, { epoch: copy.timeline.epoch, seq: entry.seq, id: entry.id }));
  }
  return effects;
}

function standsIn({ room }: RoomCopy, item: Item): boolean {
  return befriends(item) ? room.kind === "inbox" : roomOf(item) === room.id;
}

function answered(state: State, item: Item, place: Place | null, room?: string): Effect[] {
  return keep(state, settle(state.outbox, item, place, room));
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

/** Drops what was answered before this connection by a log that is gone: it ends before that place now. */
export function forgetLost(state: State): void {
  for (const item of state.outbox.items) {
    const room = roomOf(item);
    const copy = room === null ? undefined : state.rooms.get(room);
    if (item.is === "answered" && item.place && copy && item.place.seq > copy.head.seq) remove(state.outbox, item);
  }
}

/** What meant a message by its client id means it by its place from now on; a mode stays the same one. */
function rekey(state: State, copy: RoomCopy, client_id: string, seq: number): void {
  const { dialog } = state;
  if (state.chosen === client_id) state.chosen = seq;
  if (dialog && "key" in dialog && dialog.key === client_id) state.dialog = { ...dialog, key: seq };
  if (copy.mode.is === "reply" && copy.mode.to === client_id) copy.mode.to = seq;
  if (copy.mode.is === "edit" && copy.mode.target === client_id) copy.mode.target = seq;
}
