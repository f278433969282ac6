/** Between the page and its storage: what is to be kept, and what storage says of it. */
import type { Effect } from "../effect";
import type { Event } from "../event";
import { hasNoRoom, type Pair } from "../outbox/item";
import type { Outcome, Send, Verb } from "../outbox/book";
import { fail, find, heard, LOOK_MS, reconcile, settle, type Item } from "../outbox";
import { peopleWhoWait } from "../stranded";
import type { State } from "../state";
import { say } from "../words";
import { nextRid } from "./ask";
import { onDrafts, onEntered, onNotEntered } from "./draft";
import { complain } from "./notice";

/** Whose outbox this page works on: told by `welcome`, and by nothing else. */
export function pairOf(state: State): Pair | null {
  return state.server && state.me ? { server: state.server.id, user: state.me.id } : null;
}

/** Has it done in storage; the answer is `kept` or `unkept`. */
export function keep(state: State, verb: Verb): Effect[] {
  const pair = pairOf(state);
  if (!pair) return [];
  if (verb.is === "add" && verb.attempt !== null) state.outbox.adding++;
  if (verb.is === "draft") state.draft_writes++;
  return [{ do: "keep", pair, verb }];
}

/** Looks at what the other pages did. */
export function look(state: State): Effect[] {
  state.outbox.look_at = state.now + LOOK_MS;
  return keep(state, { is: "look" });
}

/** Storage has done what it was asked for, and this is what stands there now. */
export function onKept(state: State, { pair, view, done }: Extract<Event, { type: "kept" }>): Effect[] {
  if (!isOurs(state, pair)) return [];
  for (const { verb } of done) listen(state, verb);
  const first = !state.outbox.ready;
  state.outbox.ready = true;
  const found = reconcile(state.outbox, view.items, state.now);
  const effects = settleStanding(state, found);
  for (const { verb, outcome } of done) effects.push(...conclude(state, verb, outcome));
  onDrafts(state, view.drafts);
  state.stranded = first ? view.stranded : peopleWhoWait(state.stranded, view.stranded);
  if (first) effects.push({ do: "focus", on: "composer" });
  return effects;
}

/** What follows from one thing that was done. */
function conclude(state: State, verb: Verb, outcome: Outcome): Effect[] {
  if (outcome.is === "gone") complain(state, say("TARGET_GONE"));
  if (outcome.is === "late") complain(state, say("BEING_SENT"));
  const id = idOf(verb);
  const entered = id === null ? [] : outcome.is === "gone" ? onNotEntered(state, id) : onEntered(state, id);
  const attempt = verb.is === "add" || verb.is === "claim" ? verb.attempt : null;
  if (outcome.is !== "sends" || attempt === null) return entered;
  return [...entered, ...outcome.sends.flatMap((send) => emit(state, send, attempt))];
}

/** Storage could not keep it. What was entered stays in the composer. */
export function onUnkept(state: State, { pair, verb }: Extract<Event, { type: "unkept" }>): Effect[] {
  if (!isOurs(state, pair)) return [];
  listen(state, verb);
  complain(state, say("NOT_STORED"));
  const id = idOf(verb);
  return id === null ? [] : onNotEntered(state, id);
}

/** Without storage that lasts the person is told what that means, once. */
export function onNotDurable(state: State, lost: boolean): Effect[] {
  state.durable = false;
  // A line that could not be stored has its own sentence.
  if (!lost) complain(state, say("NOT_DURABLE"));
  return [];
}

function isOurs(state: State, pair: Pair): boolean {
  const ours = pairOf(state);
  return ours?.server === pair.server && ours.user === pair.user;
}

/** Counts back what was on its way. */
function listen(state: State, verb: Verb): void {
  const { outbox } = state;
  if (verb.is === "draft") state.draft_writes--;
  if (verb.is === "settle" || verb.is === "refuse" || verb.is === "set_aside") heard(outbox, verb.client_id);
  if (verb.is === "add" && verb.attempt !== null) outbox.adding = Math.max(0, outbox.adding - 1);
  if (verb.is === "claim") {
    for (const item of outbox.items) if (verb.client_ids.includes(item.client_id)) item.claiming = false;
  }
}

/** By which the composer knows what it waits for. */
function idOf(verb: Verb): string | null {
  if (verb.is === "add") return verb.item.client_id;
  return verb.is === "change" ? verb.otherwise.client_id : null;
}

/** Sends it, unless the connection is another one by now: then it is asked for again. */
function emit(state: State, { client_id, after }: Send, attempt: number): Effect[] {
  const item = find(state.outbox, client_id);
  const live = state.link.is === "connected" && !state.closing && state.attempt === attempt;
  if (!live || item?.is !== "waiting") return [];
  const rid = nextRid(state, { is: "outbox", client_id });
  Object.assign(item, { rid, sent_at: state.now });
  const { name, fields } = item;
  return [{ do: "emit", name, payload: { rid, ...fields, client_id, ...(hasNoRoom(item) ? {} : { after }) } }];
}

/** An entry may have come before storage told whose it is. */
function settleStanding(state: State, found: readonly Item[]): Effect[] {
  return found.flatMap((item) => {
    const copy = item.name === "message:send" ? state.rooms.get(item.fields.room) : undefined;
    const line = copy?.timeline
      .lines()
      .findLast(({ client_id, author }) => client_id === item.client_id && author.id === state.me?.id);
    if (!copy || !line || !item.emitted) return [];
    return keep(state, settle(state.outbox, item, { epoch: copy.timeline.epoch, seq: line.seq, id: line.id }));
  });
}

/** A final refusal. What no line can show is told above the composer, and forgotten. */
export function refuseFinally(state: State, item: Item, error: Item["error"] & object): Effect[] {
  const shown = item.name === "message:send" || item.name === "message:edit";
  if (!shown) complain(state, error.message);
  return keep(state, fail(state.outbox, item, error, !shown));
}
