/** Keeps the outbox for as long as the page is open. */
import type { Book, Verb } from "../../core/outbox/book";
import type { Pair } from "../../core/outbox/item";
import { work, type Owned, type OutboxStore, type Told } from "../storage";

export class MemoryOutbox implements OutboxStore {
  private readonly books = new Map<string, { pair: Pair; book: Book }>();

  run(pair: Pair, verbs: readonly Verb[]): Promise<Told> {
    return Promise.resolve(this.runNow(pair, verbs));
  }

  /** The same at once: what is in memory need not be waited for. */
  runNow(pair: Pair, verbs: readonly Verb[]): Told {
    const { book } = this.of(pair);
    // Copies, both ways: what is stored is nobody's to change.
    const told = work(book, pair, this.owned(), structuredClone(verbs));
    return structuredClone(told);
  }

  /** Begins with what was read elsewhere. */
  seed(pair: Pair, book: Book): void {
    this.of(pair).book = structuredClone(book);
  }

  private owned(): Owned[] {
    return [...this.books.values()].flatMap(({ pair, book }) => book.items.map((item) => ({ ...pair, item })));
  }

  private of(pair: Pair): { pair: Pair; book: Book } {
    const key = JSON.stringify([pair.server, pair.user]);
    const shelf = this.books.get(key) ?? { pair, book: { items: [], drafts: new Map<string, string>() } };
    this.books.set(key, shelf);
    return shelf;
  }
}
