/**
 * The stored outbox and what is done to it. Every page of a user works on the same book, each verb
 * in one transaction, so that order, predecessor, what was emitted and how it ended are decided
 * here and nowhere else. Pure: storage reads the book, performs verbs, and writes what differs.
 */
import type { Error as WireError, Place } from "@proto";
import { amends, isBehind, predecessor, roomOf, type Fields, type Fresh, type Kept } from "./item";

/** So many answered requests are remembered, so that every page learns where they stand. */
const ANSWERED = 64;

export interface Book {
  /** In order. Records are replaced, never changed: storage compares them by identity. */
  items: Kept[];
  /** What stands unsent in the composer, by room. */
  drafts: Map<string, string>;
}

/** What was written in the composer of a room, and leaves it with this request. */
export interface Draft {
  room: string;
  text: string;
}

export type Verb =
  /** Reads, and changes nothing. */
  | { is: "look" }
  | { is: "draft"; room: string; text: string }
  /**
   * A new request; with `attempt` it is to be sent at once, on that connection. A line of a conversation
   * tells whose that is: one of before may still wait for it to be opened.
   */
  | { is: "add"; item: Fresh; draft: Draft | null; attempt: number | null; people?: string[] }
  /** Other words for a message: in its place while it was never emitted, by `otherwise` after that. */
  | {
      is: "change";
      client_id: string;
      content: Fields<"message:send">["content"];
      mentions: string[];
      otherwise: Fresh;
    }
  /** Takes back what was never emitted or has failed; after that only `otherwise` can. */
  | { is: "withdraw"; client_id: string; otherwise: Fresh | null }
  /** What has failed goes to the end of the order; `fresh` replaces an id that is used up. */
  | { is: "retry"; client_id: string; fresh: string; by: string }
  /** These are about to be sent on that connection. */
  | { is: "claim"; client_ids: string[]; by: string; attempt: number }
  /** With the room that it made, if it made one. */
  | { is: "settle"; client_id: string; place: Place | null; room?: string }
  /** A final refusal; `forget` where no line can show it. */
  | { is: "refuse"; client_id: string; error: WireError; forget: boolean }
  /** It is not sent any more, since it cuts the line. Nobody has refused it: it may be stored, and turn up. */
  | { is: "set_aside"; client_id: string; error: WireError }
  /** Throws away everything that was not sent. */
  | { is: "drop" };

/** A request to be sent, and the one before it. */
export interface Send {
  client_id: string;
  after: string | null;
}

/**
 * `gone`: what the request points at is not there any more, and nothing was kept. `late`: it is on its
 * way to the server, and stays.
 */
export type Outcome = { is: "done" } | { is: "sends"; sends: Send[] } | { is: "gone" } | { is: "late" };

const DONE: Outcome = { is: "done" };
const GONE: Outcome = { is: "gone" };

/** Does it; an unknown request was answered or withdrawn by another page, and stays so. */
export function perform(book: Book, verb: Verb): Outcome {
  switch (verb.is) {
    case "look":
      return DONE;
    case "draft":
      setDraft(book, verb.room, verb.text);
      return DONE;
    case "add":
      return add(book, verb);
    case "change":
      return change(book, verb);
    case "withdraw":
      return withdraw(book, verb.client_id, verb.otherwise);
    case "retry":
      return retry(book, verb);
    case "claim":
      return { is: "sends", sends: verb.client_ids.flatMap((id) => claim(book, id, verb.by)) };
    case "settle":
      return settle(book, verb.client_id, verb.place, verb.room ?? null);
    case "refuse":
      return refuse(book, verb.client_id, verb.error, verb.forget);
    case "set_aside":
      fail(book, verb.client_id, verb.error, true);
      return DONE;
    case "drop":
      book.items = book.items.filter((item) => item.is === "answered");
      return DONE;
  }
}

/** What is left of a text when what it begins with was sent. */
export function restAfter(text: string, sent: string): string {
  if (text.startsWith(sent)) return text.slice(sent.length);
  // Shortened since, or something else altogether.
  return sent.startsWith(text) ? "" : text;
}

function add(book: Book, { item: fresh, draft, attempt, people }: Extract<Verb, { is: "add" }>): Outcome {
  if (find(book, fresh.client_id)) return DONE;
  const opener = people && opening(book, people);
  const item: Fresh = opener ? { ...fresh, behind: opener.client_id } : fresh;
  const target = item.points_at && find(book, item.points_at.client_id);
  if (item.points_at && !isComing(target) && amends(item)) return GONE;
  const forRoom = item.points_at?.field === "room";
  const placed = forRoom ? awaitRoom(book, item, target) : point(item, target?.place ?? null, !isComing(target));
  if (!placed) return GONE;
  book.items.push({ ...placed, order: end(book) } as Kept);
  if (draft) {
    const standing = book.drafts.get(draft.room) ?? "";
    if (standing.startsWith(draft.text)) setDraft(book, draft.room, restAfter(standing, draft.text));
  }
  return attempt === null ? DONE : { is: "sends", sends: claim(book, item.client_id, item.by) };
}

/**
 * A line for a room that is being made waits for the first request that makes it: a later one may be answered
 * earlier, and then the lines would be said in another order.
 */
function awaitRoom(book: Book, item: Fresh, maker: Kept | null): Fresh | null {
  if (maker?.is === "answered") {
    // Of what is answered only its room is remembered.
    const { room } = maker.fields as { room?: string | null };
    return room ? housed(item, room) : null;
  }
  if (maker?.is !== "waiting") return null;
  const first = maker.name === "direct:open" ? opening(book, maker.fields.users) : undefined;
  return { ...item, points_at: { client_id: (first ?? maker).client_id, field: "room" } };
}

/** What is to open the conversation with exactly these people, and was made first. */
function opening(book: Book, users: readonly string[]): Kept | undefined {
  const key = (users: readonly string[]) => [...new Set(users)].sort().join(" ");
  const wanted = key(users);
  return book.items.find(
    (item) => item.is === "waiting" && item.name === "direct:open" && key(item.fields.users) === wanted,
  );
}

/** Puts the place where it belongs; without one the pointer stays, or falls where nothing will come. */
function point<Of extends Fresh>(item: Of, place: Place | null, lost: boolean): Of {
  // What makes a room has no place, and without a room a line goes nowhere.
  if (!item.points_at || item.points_at.field === "room" || (!place && !lost)) return item;
  const fields = place ? { ...item.fields, [item.points_at.field]: place } : item.fields;
  return { ...item, fields, points_at: null };
}

/** A line for a room that is made by now. */
function housed<Of extends Fresh>(item: Of, room: string): Of {
  return item.name === "message:send" ? { ...item, fields: { ...item.fields, room }, points_at: null } : item;
}

function change(book: Book, { client_id, content, mentions, otherwise }: Extract<Verb, { is: "change" }>): Outcome {
  const item = find(book, client_id);
  if (item?.name !== "message:send" || !free(item))
    return add(book, { is: "add", item: otherwise, draft: null, attempt: null });
  const fields = { ...item.fields, content, mentions };
  if (item.is === "waiting") replace(book, item, { ...item, fields });
  // Another text is another message to the server, and what follows may be stored already.
  else again(book, item, { ...item, fields, client_id: otherwise.client_id, emitted: false, by: otherwise.by });
  return DONE;
}

function withdraw(book: Book, client_id: string, otherwise: Fresh | null): Outcome {
  const item = find(book, client_id);
  if (item && free(item)) {
    book.items = book.items.filter((other) => other !== item);
    release(book, client_id);
    return DONE;
  }
  if (otherwise) return add(book, { is: "add", item: otherwise, draft: null, attempt: null });
  return item?.is === "waiting" ? { is: "late" } : DONE;
}

/** Whether no connection can have brought it to the server, or the server does not want it. */
function free(item: Kept): boolean {
  return (item.is === "failed" && !item.maybe_stored) || (item.is === "waiting" && !item.emitted);
}

function retry(book: Book, { client_id, fresh, by }: Extract<Verb, { is: "retry" }>): Outcome {
  const item = find(book, client_id);
  if (item?.is !== "failed") return DONE;
  const target = item.points_at && find(book, item.points_at.client_id);
  if (item.points_at && !isComing(target) && amends(item)) return GONE;
  if (item.points_at?.field === "room") {
    // A line for a room that could not be made goes with what makes it.
    if (target?.is === "failed") again(book, target, { ...target, by });
    return DONE;
  }
  const used = item.error?.code === "conflict";
  again(book, item, { ...item, by, ...(used ? { client_id: fresh, emitted: false } : {}) });
  return DONE;
}

/** Puts it at the end, behind what it points at: whatever waits for a place waits for something before it. */
function again(book: Book, former: Kept, item: Kept): void {
  const target = item.points_at && find(book, item.points_at.client_id);
  const placed = point(item, target?.place ?? null, !isComing(target));
  book.items = book.items.filter((other) => other !== former);
  book.items.push({ ...placed, is: "waiting", error: null, maybe_stored: false, order: end(book) });
  follow(book, former.client_id, item.client_id);
  revive(book, item.client_id);
}

/** What failed because of it does not fail any more. */
function revive(book: Book, client_id: string): void {
  const failed = book.items.filter((other) => other.points_at?.client_id === client_id && other.is === "failed");
  for (const other of failed) again(book, other, other);
}

/** Whether it has a place, or will have one by itself. */
function isComing(target: Kept | null): boolean {
  return target?.is === "waiting" || target?.place != null;
}

/** What pointed at it under its former id does so under the new one. */
function follow(book: Book, former: string, client_id: string): void {
  if (former === client_id) return;
  forEachPointer(book, former, (other) => ({ ...other, points_at: { ...other.points_at!, client_id } }));
}

function claim(book: Book, client_id: string, by: string): Send[] {
  const item = find(book, client_id);
  if (item?.is !== "waiting" || item.points_at || isBehind(book.items, item)) return [];
  replace(book, item, { ...item, emitted: true, by, claims: item.claims + 1 });
  return [{ client_id, after: predecessor(book.items, item) }];
}

/** The answer, or the own entry itself. Whatever waited for its place has it now. */
function settle(book: Book, client_id: string, place: Place | null, room: string | null): Outcome {
  const item = find(book, client_id);
  if (!item || item.is === "answered") return DONE;
  const others = book.items.filter((other) => other !== item);
  // Where it stands is told on; what it said is the log's from now on.
  const fields = { room: room ?? roomOf(item) };
  const told = { ...item, fields, is: "answered", place, points_at: null, error: null, order: end(book) };
  book.items = [...others, told as Kept];
  if (place) revive(book, client_id);
  if (place) forEachPointer(book, client_id, (other) => point(other, place, false));
  else if (room) forEachPointer(book, client_id, (other) => housed(other, room));
  else release(book, client_id);
  const answered = book.items.filter(({ is }) => is === "answered");
  const old = new Set(answered.slice(0, Math.max(0, answered.length - ANSWERED)));
  if (old.size > 0) book.items = book.items.filter((other) => !old.has(other));
  return DONE;
}

/** It fails, and with it what was to follow from it. */
function fail(book: Book, client_id: string, error: WireError, maybe_stored = false): void {
  const item = find(book, client_id);
  if (item?.is !== "waiting") return;
  replace(book, item, { ...item, is: "failed", error, maybe_stored });
  for (const other of pointers(book, client_id)) fail(book, other.client_id, error);
}

/** The server will not have it, so what was to change it is done here. */
function refuse(book: Book, client_id: string, error: WireError, forget: boolean): Outcome {
  const item = find(book, client_id);
  if (item?.is !== "waiting") return DONE;
  const changes = pointers(book, client_id).filter(amends);
  fail(book, client_id, error);
  if (forget || changes.some(({ name }) => name === "message:delete")) return withdraw(book, client_id, null);
  book.items = book.items.filter((other) => !changes.some((change) => change.client_id === other.client_id));
  const edit = changes.findLast(({ name }) => name === "message:edit");
  const failed = find(book, client_id);
  if (edit?.name !== "message:edit" || failed?.name !== "message:send") return DONE;
  // The failed line stands there as it was meant to be read; another text is another message.
  const { content, mentions } = edit.fields;
  const fields = { ...failed.fields, content, mentions };
  replace(book, failed, { ...failed, client_id: edit.client_id, emitted: false, fields });
  follow(book, client_id, edit.client_id);
  return DONE;
}

function pointers(book: Book, client_id: string): Kept[] {
  return book.items.filter((other) => other.points_at?.client_id === client_id);
}

/** What pointed at it will get no place: a change of it falls, an answer to it is said without its quote. */
function release(book: Book, client_id: string): void {
  book.items = book.items.filter((other) => other.points_at?.client_id !== client_id || !amends(other));
  forEachPointer(book, client_id, (other) => point(other, null, true));
}

function forEachPointer(book: Book, client_id: string, change: (item: Kept) => Kept): void {
  book.items = book.items.map((other) => (other.points_at?.client_id === client_id ? change(other) : other));
}

function find(book: Book, client_id: string): Kept | null {
  return book.items.find((item) => item.client_id === client_id) ?? null;
}

function replace(book: Book, former: Kept, item: Kept): void {
  book.items = book.items.map((other) => (other === former ? item : other));
}

function end(book: Book): number {
  return (book.items.at(-1)?.order ?? 0) + 1;
}

function setDraft(book: Book, room: string, text: string): void {
  if (text === "") book.drafts.delete(room);
  else book.drafts.set(room, text);
}

/** What somebody has not sent: all that another user is offered of it. */
export function unsent(items: readonly Kept[]): Kept[] {
  return items.filter((item) => item.is !== "answered" && item.name === "message:send");
}
