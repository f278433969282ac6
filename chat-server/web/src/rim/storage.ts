/**
 * The port to what outlives the page: the outbox and the drafts, bound to a server and a user and
 * shared by all pages of the browser. `storage/memory.ts` and `storage/indexeddb.ts` implement it,
 * one suite of tests runs on both.
 */
import type { View } from "../core/outbox";
import type { Book, Outcome, Verb } from "../core/outbox/book";
import { perform, unsent } from "../core/outbox/book";
import type { Kept, Pair } from "../core/outbox/item";

export interface OutboxStore {
  /**
   * Performs the verbs in one transaction, in order, among those of all other pages. Resolves once it
   * will outlive the page, with what stands then; rejects when nothing of it was kept.
   */
  run(pair: Pair, verbs: readonly Verb[]): Promise<Told>;
}

/** What a transaction brought about, verb by verb, and what stands after it. */
export interface Told {
  view: View;
  outcomes: Outcome[];
}

/** A stored item with its owner. */
export interface Owned extends Pair {
  item: Kept;
}

/** Performs the verbs on the book, and tells what a page of that pair sees then. */
export function work(book: Book, pair: Pair, others: readonly Owned[], verbs: readonly Verb[]): Told {
  const outcomes = verbs.map((verb) => perform(book, verb));
  const view: View = {
    items: [...book.items],
    drafts: Object.fromEntries(book.drafts),
    stranded: strandedOf(pair, others),
  };
  return { view, outcomes };
}

/** What others have not sent, each of them once. */
function strandedOf(pair: Pair, owned: readonly Owned[]): View["stranded"] {
  const all = new Map<string, View["stranded"][number]>();
  for (const { server, user, item } of owned) {
    if (server === pair.server && user === pair.user) continue;
    const key = JSON.stringify([server, user]);
    const { name, identity } = item.who;
    const one = all.get(key) ?? { pair: { server, user }, name, identity, texts: [] };
    for (const { name, fields } of unsent([item])) if (name === "message:send") one.texts.push(fields.content.text);
    if (one.texts.length > 0) all.set(key, one);
  }
  return [...all.values()];
}

export function isOf(pair: Pair, owner: Pair): boolean {
  return owner.server === pair.server && owner.user === pair.user;
}
