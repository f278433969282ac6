/** What the outbox holds: requests that write an entry, as storage keeps them. */
import type { Error as WireError, Place, Requests } from "@proto";

export type WriteName =
  | "message:send"
  | "message:edit"
  | "message:delete"
  | "message:react"
  | "room:create"
  | "room:join"
  | "room:leave"
  | "room:invite"
  | "room:remove"
  | "room:set_role"
  | "room:configure"
  | "room:set_topic"
  | "direct:open"
  | "friend:ask"
  | "friend:accept"
  | "friend:refuse"
  | "friend:remove";

/** What a request says, without what the outbox adds. */
export type Fields<Name extends WriteName> = Omit<Requests[Name]["request"], "client_id" | "after">;

export type Write = { [Name in WriteName]: { name: Name; fields: Fields<Name> } }[WriteName];

/** Whose outbox it is: nothing is sent or shown under another server or user. */
export interface Pair {
  server: string;
  user: string;
}

/** What the outbox adds to a request. */
interface Keeping {
  client_id: string;
  /** Its place in the order of the outbox; of what is answered, in the order of the answers. */
  order: number;
  /**
   * An own item without a place yet that this one points at, and the field its place goes to; of a line for
   * a room that is not made yet, the item that makes it.
   */
  points_at: { client_id: string; field: "target" | "reply_to" | "room" } | null;
  /** What opens the conversation that this one is for, while lines of before wait for that. */
  behind?: string;
  /** When it was made, by the wall clock: only ever shown. */
  made: number;
  is: "waiting" | "answered" | "failed";
  /** Whether it was ever emitted; what never was can simply be changed or withdrawn. */
  emitted: boolean;
  /** It was set aside, since it cuts the line: nobody refused it, so it is never called discarded. */
  maybe_stored?: boolean;
  /** The page that sends it. Another one takes over what stays unanswered. */
  by: string;
  /** How many times a page set out to send it: a sign of life of the one that does. */
  claims: number;
  error: WireError | null;
  /** Where its entry stands, once it is answered. */
  place: Place | null;
  /** As whom it was written, for the case that somebody else opens the page next. */
  who: { name: string; identity: string | null };
}

/** A request as it is stored. The pages of one user share it, whichever of them made it. */
export type Kept = Write & Keeping;

/** The same before it is stored, which gives it its place in the order. */
export type Fresh = Write & Omit<Keeping, "order">;

export function newItem(write: Write, client_id: string, made: number, by: string, who: Kept["who"]): Fresh {
  return {
    ...write,
    client_id,
    points_at: null,
    made,
    is: "waiting",
    emitted: false,
    by,
    claims: 0,
    error: null,
    place: null,
    who,
  };
}

/** The room whose order the item obeys; one that makes a room, and a line for it, have none yet. */
export function roomOf(item: Write): string | null {
  return hasNoRoom(item) ? null : item.fields.room || null;
}

/** What makes a room, or is about somebody: it has no predecessor. */
export function hasNoRoom(item: Write): item is Extract<Write, { name: "room:create" | "direct:open" }> | Befriending {
  return makesRoom(item) || befriends(item);
}

type Befriending = Extract<Write, { name: `friend:${string}` }>;

/** What is done about a friendship; its entry stands in the own inbox. */
export function befriends(item: Write): item is Befriending {
  return item.name.startsWith("friend:");
}

/** What brings a room about: it stands in no room's order, and its answer tells the room. */
export function makesRoom(item: Write): item is Extract<Write, { name: "room:create" | "direct:open" }> {
  return item.name === "room:create" || item.name === "direct:open";
}

/** What changes a message, in contrast to one that only quotes it. */
export function amends(item: Write): boolean {
  return item.name === "message:edit" || item.name === "message:delete" || item.name === "message:react";
}

/** Whether lines of before still wait for the conversation to be opened. */
export function isBehind(items: readonly Kept[], item: Kept): boolean {
  return item.behind !== undefined && items.some((other) => other.client_id === item.behind && other.is === "waiting");
}

/** The request before it in the same room that has no final answer. */
export function predecessor(items: readonly Kept[], item: Kept): string | null {
  const room = roomOf(item);
  if (room === null) return null;
  const before = (other: Kept) => other.order < item.order && other.is === "waiting" && roomOf(other) === room;
  return items.findLast(before)?.client_id ?? null;
}
