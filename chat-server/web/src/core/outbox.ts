/**
 * What was written here and has no final answer yet. One outbox is one order: per room, each
 * request names the unanswered one before it as `after`, so that a refusal in the middle holds
 * back what follows.
 *
 *   waiting ──emit──▶ waiting, in flight ──ok, or an own entry seen──▶ answered
 *      ▲                   │ cut, timeout, retry: later or now
 *      └───────────────────┤
 *                          └──retry: never, or it cuts the line──▶ failed ──retry──▶ waiting
 */
import type { Error as WireError, Place, Requests } from "@proto";

export type WriteName =
  | "message:send"
  | "message:edit"
  | "message:delete"
  | "message:react"
  | "room:create"
  | "room:join"
  | "room:leave"
  | "room:set_topic";

/** What a request says, without what the outbox adds. */
export type Fields<Name extends WriteName> = Omit<Requests[Name]["request"], "client_id" | "after">;

export type Write = { [Name in WriteName]: { name: Name; fields: Fields<Name> } }[WriteName];

export type Item = Write & {
  client_id: string;
  /** An own item without a place yet that this one points at, and the field its place goes to. */
  points_at: { client_id: string; field: "target" | "reply_to" } | null;
  made: number;
  is: "waiting" | "answered" | "failed";
  /** Whether storage has it; nothing is emitted before. */
  stored: boolean;
  /** Whether it was ever emitted; what never was can simply be changed or withdrawn. */
  emitted: boolean;
  /** The request under way. */
  rid: string | null;
  sent_at: number;
  /** Not before this time; Infinity until the next `sync` is answered. */
  due_at: number;
  tries: number;
  error: WireError | null;
  place: Place | null;
};

export interface Outbox {
  items: Item[];
  /** The item that was oldest when the line was cut right after it, and how many times in a row. */
  suspect: { client_id: string; cuts: number } | null;
}

/** After so long without an answer a request is sent again. */
export const RESEND_MS = 10_000;
const CUT_MS = 2_000;
const CUTS = 3;

export function newItem(write: Write, client_id: string, made: number): Item {
  return {
    ...write,
    client_id,
    points_at: null,
    made,
    is: "waiting",
    stored: false,
    emitted: false,
    rid: null,
    sent_at: 0,
    due_at: 0,
    tries: 0,
    error: null,
    place: null,
  };
}

/** The room whose order the item obeys; a room that is being made has none yet. */
export function roomOf(item: Item): string | null {
  return item.name === "room:create" ? null : item.fields.room;
}

export function find(outbox: Outbox, client_id: string): Item | null {
  return outbox.items.find((item) => item.client_id === client_id) ?? null;
}

/** The request before it in the same room that has no final answer. */
export function predecessor(outbox: Outbox, item: Item): string | null {
  const room = roomOf(item);
  if (room === null) return null;
  let found: string | null = null;
  for (const other of outbox.items) {
    if (other === item) break;
    if (other.is === "waiting" && roomOf(other) === room) found = other.client_id;
  }
  return found;
}

/** What is to be emitted now, in order, with at most `most` requests unanswered. */
export function due(outbox: Outbox, now: number, most: number): Item[] {
  const held = new Set<string>();
  let flying = outbox.items.filter((item) => item.rid !== null).length;
  const out: Item[] = [];
  for (const item of outbox.items) {
    if (item.is !== "waiting") continue;
    const room = roomOf(item);
    if (room !== null && held.has(room)) continue;
    if (item.rid !== null && now < item.sent_at + RESEND_MS) continue;
    if (!item.stored || item.points_at !== null || item.due_at > now) {
      if (room !== null) held.add(room);
      continue;
    }
    if (item.rid === null) {
      if (flying >= most) break;
      flying++;
    }
    out.push(item);
  }
  return out;
}

/** When to look again, by the clock alone. */
export function nextDue(outbox: Outbox, now: number): number {
  const times = outbox.items
    .filter((item) => item.is === "waiting")
    .map((item) => (item.rid !== null ? item.sent_at + RESEND_MS : item.due_at > now ? item.due_at : Infinity));
  return Math.min(Infinity, ...times);
}

/** The answer, or the own entry itself. Whatever waited for its place has it now. */
export function settle(outbox: Outbox, item: Item, place: Place | null): void {
  item.is = "answered";
  item.rid = null;
  item.error = null;
  item.place = place;
  if (outbox.suspect?.client_id === item.client_id) outbox.suspect = null;
  if (!place) return;
  for (const other of outbox.items) {
    if (other.points_at?.client_id !== item.client_id) continue;
    (other.fields as Record<string, unknown>)[other.points_at.field] = place;
    other.points_at = null;
  }
}

/** An error as answer. Returns whether a `sync` has to come before the next try. */
export function refuse(outbox: Outbox, item: Item, error: WireError, now: number, random: number): boolean {
  item.rid = null;
  if (error.retry === "never") {
    fail(outbox, item, error);
    return false;
  }
  item.tries++;
  item.due_at = error.retry === "now" ? Infinity : now + (error.retry_after_ms ?? backoff(item.tries, random));
  return error.retry === "now";
}

function fail(outbox: Outbox, item: Item, error: WireError): void {
  item.is = "failed";
  item.error = error;
  for (const other of outbox.items) {
    if (other.points_at?.client_id === item.client_id) fail(outbox, other, error);
  }
}

function backoff(tries: number, random: number): number {
  return Math.min(10_000, 250 * 2 ** Math.min(tries, 6)) * (0.5 + random / 2);
}

/** A `sync` was answered: what waited for it may go. */
export function synced(outbox: Outbox): void {
  for (const item of outbox.items) if (item.due_at === Infinity) item.due_at = 0;
}

/**
 * The connection ended: all of it goes out again. An item that was the oldest unanswered one when
 * three connections in a row ended right after it went out is set aside, since it cuts the line.
 */
export function cut(outbox: Outbox, now: number, reason: string): void {
  const oldest = outbox.items.find((item) => item.rid !== null);
  if (oldest && now - oldest.sent_at < CUT_MS) {
    const cuts = outbox.suspect?.client_id === oldest.client_id ? outbox.suspect.cuts + 1 : 1;
    outbox.suspect = { client_id: oldest.client_id, cuts };
    if (cuts >= CUTS) {
      fail(outbox, oldest, { code: "unknown", message: reason, retry: "never" });
      outbox.suspect = null;
    }
  } else {
    outbox.suspect = null;
  }
  for (const item of outbox.items) {
    item.rid = null;
    item.tries = 0;
    item.due_at = 0;
  }
}

/** A failed item goes to the end of the order; a used-up id is replaced. */
export function retry(outbox: Outbox, item: Item, client_id: string): void {
  outbox.items = outbox.items.filter((other) => other !== item);
  const fresh = item.error?.code === "conflict" ? client_id : item.client_id;
  Object.assign(item, { is: "waiting", error: null, due_at: 0, tries: 0, client_id: fresh, stored: false });
  outbox.items.push(item);
}

export function remove(outbox: Outbox, item: Item): void {
  outbox.items = outbox.items.filter((other) => other !== item);
}
