/**
 * What was written here and has no final answer yet, as one page sees it. The stored book
 * (`outbox/book.ts`) is the outbox; this is its mirror, with what this page's connection adds: what
 * is under way, what has to wait, and which items other pages care for.
 *
 *   waiting ──claim──▶ waiting, in flight ──ok, or an own entry seen──▶ answered
 *      ▲                    │ cut, timeout, retry: later or now
 *      └────────────────────┤
 *                           └──retry: never, or it cuts the line──▶ failed ──retry──▶ waiting
 */
import type { Error as WireError, Place } from "@proto";
import type { Verb } from "./outbox/book";
import { isBehind, roomOf, type Kept, type Pair } from "./outbox/item";

export { roomOf, type Kept, type Pair } from "./outbox/item";

/** A stored item, and how far it is on this page's connection. */
export type Item = Kept & {
  /** Asked of storage to be sent: it goes out as soon as storage has noted that. */
  claiming: boolean;
  /** The request under way. */
  rid: string | null;
  sent_at: number;
  /** Not before this time; Infinity until the next `sync` is answered. */
  due_at: number;
  tries: number;
  /**
   * It came to the server before this one, which was the first of its room: it goes again together
   * with that one, or once that has its answer, and not by a clock of its own. Else a long outbox
   * would drain one item a backoff.
   */
  overtook: string | null;
  /** How many connections in a row ended right after it went out as the oldest. */
  cuts: number;
  /** When this page last saw that another one cares for it. */
  seen_at: number;
};

/** What another user of this browser has not sent. */
export interface Stranded {
  pair: Pair;
  name: string;
  identity: string | null;
  texts: string[];
}

/** What stands in storage. */
export interface View {
  items: Kept[];
  drafts: Record<string, string>;
  stranded: Stranded[];
}

export interface Outbox {
  items: Item[];
  /** Whether storage has told what it holds for who we are; nothing is sent before. */
  ready: boolean;
  /** Verdicts that storage has not heard yet, by item: what it still says of those is old. */
  verdicts: Map<string, number>;
  /** New requests on their way into storage that go out as soon as they are there. */
  adding: number;
  /** The stored drafts by room, as last told. */
  drafts: Record<string, string>;
  /** When to look again for what other pages could not tell. */
  look_at: number;
}

/** After so long without an answer a request is sent again. */
export const RESEND_MS = 10_000;
/** So long an item of another page may stay as it is before this one sends it, too. */
export const TAKE_OVER_MS = 3_000;
/** So often storage is looked at while there is a connection. */
export const LOOK_MS = 5_000;
const SHORTEST_MS = 50;
const CUT_MS = 2_000;
const CUTS = 3;

export function emptyOutbox(): Outbox {
  return { items: [], ready: false, verdicts: new Map(), adding: 0, drafts: {}, look_at: Infinity };
}

export function find(outbox: Outbox, client_id: string): Item | null {
  return outbox.items.find((item) => item.client_id === client_id) ?? null;
}

/** Takes over what stands in storage. Returns the items that this page did not know. */
export function reconcile(outbox: Outbox, records: readonly Kept[], now: number): Item[] {
  const known = new Map(outbox.items.map((item) => [item.client_id, item]));
  const found: Item[] = [];
  const items: Item[] = [];
  for (const record of records) {
    const item = known.get(record.client_id);
    known.delete(record.client_id);
    if (outbox.verdicts.has(record.client_id)) {
      if (item) items.push(item);
    } else if (record.is === "answered") {
      if (item) items.push(item.is === "answered" ? item : answered(item, record.place));
    } else if (item) {
      if (item.claims !== record.claims || item.by !== record.by) item.seen_at = now;
      if (record.is === "failed") item.rid = null;
      if (item.is !== "waiting" && record.is === "waiting") Object.assign(item, { due_at: 0, tries: 0, cuts: 0 });
      items.push(Object.assign(item, record));
    } else {
      found.push(fresh(record, now));
      items.push(found.at(-1)!);
    }
  }
  // What is answered is drawn until its line is here, whether or not storage still remembers it.
  const rest = [...known.values()].filter((item) => item.is === "answered" || outbox.verdicts.has(item.client_id));
  outbox.items = [...items, ...rest].sort((a, b) => a.order - b.order);
  return found;
}

function fresh(record: Kept, now: number): Item {
  return {
    ...record,
    claiming: false,
    rid: null,
    sent_at: 0,
    due_at: 0,
    tries: 0,
    overtook: null,
    cuts: 0,
    seen_at: now,
  };
}

/** What is to be sent now, in order, with at most `most` requests unanswered. */
export function due(outbox: Outbox, now: number, most: number, tab: string): Item[] {
  const held = new Set<string>();
  let flying = outbox.adding + outbox.items.filter((item) => item.rid !== null || item.claiming).length;
  const out: Item[] = [];
  for (const item of outbox.items) {
    if (item.is !== "waiting" || item.claiming) continue;
    const room = roomOf(item);
    if (room !== null && held.has(room)) continue;
    if (item.rid !== null && now < item.sent_at + RESEND_MS) continue;
    const first = item.overtook === null ? null : find(outbox, item.overtook);
    const follows = item.overtook !== null && (first?.is !== "waiting" || out.includes(first));
    const early = item.due_at > now && !follows;
    // What opens a conversation is answered here before storage has let go what waited for it.
    const opens = isBehind(outbox.items, item) || outbox.verdicts.has(item.behind ?? "");
    const heldBack = item.points_at !== null || opens;
    const wait = heldBack || early || now < ours(item, tab);
    if (wait || (item.rid === null && flying >= most)) {
      if (room !== null) held.add(room);
      continue;
    }
    if (item.rid === null) flying++;
    out.push(item);
  }
  return out;
}

/** From when on it is for this page to send it. */
function ours(item: Item, tab: string): number {
  return item.by === tab ? 0 : item.seen_at + TAKE_OVER_MS;
}

/** When to look again, by the clock alone. */
export function nextDue(outbox: Outbox, now: number, tab: string): number {
  const times = outbox.items
    .filter((item) => item.is === "waiting" && !item.claiming)
    .map((item) => (item.rid !== null ? item.sent_at + RESEND_MS : Math.max(item.due_at, ours(item, tab))));
  return Math.min(Infinity, ...times.filter((at) => at > now));
}

/** Whether a new request of that room may be sent at once: nothing before it has to wait. */
export function isOpen(outbox: Outbox, room: string | null, most: number): boolean {
  const waiting = outbox.items.filter((item) => item.is === "waiting");
  const flying = waiting.filter((item) => item.rid !== null || item.claiming);
  return (
    flying.length + outbox.adding < most &&
    waiting.every((item) => flying.includes(item) || room === null || roomOf(item) !== room)
  );
}

/** The answer, or the own entry itself. */
export function settle(outbox: Outbox, item: Item, place: Place | null, room?: string): Verb {
  answered(item, place);
  return verdict(outbox, { is: "settle", client_id: item.client_id, place, ...(room === undefined ? {} : { room }) });
}

function answered(item: Item, place: Place | null): Item {
  return Object.assign(item, { is: "answered", rid: null, claiming: false, error: null, place: place ?? item.place });
}

/** A refusal that lets it be tried again. Returns whether a `sync` has to come before that. */
export function postpone(outbox: Outbox, item: Item, error: WireError, now: number, random: number): boolean {
  item.rid = null;
  item.overtook = null;
  if (error.code === "out_of_order") {
    const first = outbox.items.find((other) => other.is === "waiting" && roomOf(other) === roomOf(item));
    if (first !== item) item.overtook = first?.client_id ?? null;
    item.due_at = now + (item.overtook === null ? SHORTEST_MS : RESEND_MS);
    return false;
  }
  item.tries++;
  // A server that says "now" again and again is given time, too.
  const at_once = error.retry === "now" && item.tries === 1;
  const wait = Math.max(SHORTEST_MS, error.retry_after_ms ?? backoff(item.tries, random));
  item.due_at = at_once ? Infinity : now + wait;
  return error.retry === "now";
}

/** A final refusal; where no line can show it, it is forgotten. */
export function fail(outbox: Outbox, item: Item, error: WireError, forget: boolean): Verb {
  if (forget) outbox.items = outbox.items.filter((other) => other !== item);
  Object.assign(item, { is: "failed", error, rid: null, claiming: false });
  return verdict(outbox, { is: "refuse", client_id: item.client_id, error, forget });
}

/** It cuts the line: it is not sent any more until the person wishes it. */
export function setAside(outbox: Outbox, item: Item, error: WireError): Verb {
  Object.assign(item, { is: "failed", error, maybe_stored: true, rid: null, claiming: false });
  return verdict(outbox, { is: "set_aside", client_id: item.client_id, error });
}

function verdict<Of extends Verb & { client_id: string }>(outbox: Outbox, verb: Of): Of {
  outbox.verdicts.set(verb.client_id, (outbox.verdicts.get(verb.client_id) ?? 0) + 1);
  return verb;
}

/** Storage has heard a verdict. */
export function heard(outbox: Outbox, client_id: string): void {
  const left = (outbox.verdicts.get(client_id) ?? 0) - 1;
  if (left > 0) outbox.verdicts.set(client_id, left);
  else outbox.verdicts.delete(client_id);
}

function backoff(tries: number, random: number): number {
  return Math.min(10_000, 250 * 2 ** Math.min(tries, 6)) * (0.5 + random / 2);
}

/** A `sync` was answered: what waited for it may go. */
export function synced(outbox: Outbox): void {
  for (const item of outbox.items) if (item.due_at === Infinity) item.due_at = 0;
}

/**
 * A connection that had its `welcome` has ended: what was under way goes out again. Returns the item that was
 * the oldest unanswered one when three of them in a row ended right after it went out: it cuts the line.
 */
export function cut(outbox: Outbox, now: number): Item | null {
  const oldest = outbox.items.find((item) => item.rid !== null) ?? null;
  if (oldest) oldest.cuts = now - oldest.sent_at < CUT_MS ? oldest.cuts + 1 : 0;
  // What was told to wait does so on the next connection as well.
  for (const item of outbox.items) Object.assign(item, { rid: null, claiming: false });
  return oldest && oldest.cuts >= CUTS ? oldest : null;
}

export function remove(outbox: Outbox, item: Item): void {
  outbox.items = outbox.items.filter((other) => other !== item);
}
