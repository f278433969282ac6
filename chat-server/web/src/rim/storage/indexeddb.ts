/**
 * Keeps the outbox in the browser's database. Transactions of all pages run one after the other
 * there, so a verb sees what every page did before it.
 */
import type { Book, Verb } from "../../core/outbox/book";
import type { Pair } from "../../core/outbox/item";
import { isOf, work, type OutboxStore, type Owned, type Told } from "../storage";
import { awake } from "./awake";

interface StoredDraft extends Pair {
  room: string;
  text: string;
}

/**
 * A database that does not open in this time counts as missing. Until then nothing can be said here: what
 * it holds stands before that.
 */
const OPEN_MS = 10_000;
/** A transaction that takes longer, perhaps since a sleeping page holds another one, is undone. */
const PATIENCE_MS = 10_000;

/**
 * What may not be lost even with the power. A draft may lag behind; a verdict that is lost is heard
 * again, since the request is repeated then.
 */
const STRICT = new Set<Verb["is"]>(["add", "change", "withdraw", "retry", "claim", "drop"]);

export class IndexedDbOutbox implements OutboxStore {
  private opened: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly name = "chat",
    private readonly patience = PATIENCE_MS,
  ) {}

  async run(pair: Pair, verbs: readonly Verb[]): Promise<Told> {
    try {
      return await transact(await this.open(), pair, verbs, this.patience);
    } catch (error) {
      // The browser may have closed the database meanwhile: once, it is opened anew.
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
      this.opened = null;
      return transact(await this.open(), pair, verbs, this.patience);
    }
  }

  /** Lets go of the database. */
  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = null;
    (await opened)?.close();
  }

  private open(): Promise<IDBDatabase> {
    this.opened ??= open(this.name).then((db) => {
      // A newer page wants the database otherwise: it gets it, and this one opens it anew, or fails.
      db.onversionchange = () => void this.close();
      return db;
    });
    this.opened.catch(() => (this.opened = null));
    return this.opened;
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("outbox", { keyPath: ["server", "user", "item.client_id"] });
      opening.result.createObjectStore("drafts", { keyPath: ["server", "user", "room"] });
    };
    let late = false;
    const forget = awake(OPEN_MS, () => {
      late = true;
      reject(new Error("The database does not open."));
    });
    answer(opening).then((db) => (late ? db.close() : resolve(forget(db))), reject);
  });
}

async function transact(db: IDBDatabase, pair: Pair, verbs: readonly Verb[], patience: number): Promise<Told> {
  const reads = verbs.every((verb) => verb.is === "look");
  const durability = verbs.some((verb) => STRICT.has(verb.is)) ? "strict" : "relaxed";
  const transaction = db.transaction(["outbox", "drafts"], reads ? "readonly" : "readwrite", { durability });
  const ended = end(transaction, patience);
  // Told by the call that failed before it; this keeps it from being told twice.
  ended.catch(() => undefined);
  const outbox = transaction.objectStore("outbox");
  const drafts = transaction.objectStore("drafts");
  const [owned, texts] = await Promise.all([
    answer<Owned[]>(outbox.getAll()),
    answer<StoredDraft[]>(drafts.getAll(ofPair(pair))),
  ]);
  const before = owned.filter((one) => isOf(pair, one)).map(({ item }) => item);
  before.sort((a, b) => a.order - b.order);
  const known = new Map(texts.map(({ room, text }) => [room, text]));
  const book: Book = { items: [...before], drafts: new Map(known) };
  const told = work(book, pair, owned, verbs);
  const left = new Set(book.items.map(({ client_id }) => client_id));
  const stood = new Set(before);
  for (const { client_id } of before) if (!left.has(client_id)) outbox.delete([pair.server, pair.user, client_id]);
  for (const item of book.items) if (!stood.has(item)) outbox.put({ ...pair, item });
  for (const room of known.keys()) if (!book.drafts.has(room)) drafts.delete([pair.server, pair.user, room]);
  for (const [room, text] of book.drafts) if (known.get(room) !== text) drafts.put({ ...pair, room, text });
  // At once: a page that is being closed has no time to wait for it.
  transaction.commit?.();
  await ended;
  return told;
}

function ofPair({ server, user }: Pair): IDBKeyRange {
  return IDBKeyRange.bound([server, user], [server, user, []]);
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/** Resolves once it is stored; rejects when nothing of it is. */
function end(transaction: IDBTransaction, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = awake(patience, () => {
      try {
        transaction.abort();
      } catch {
        // It is being written already: its end comes.
      }
    });
    transaction.oncomplete = () => resolve(forget(undefined));
    transaction.onabort = () => {
      forget(undefined);
      reject(transaction.error ?? new Error("The transaction was ended."));
    };
  });
}
