/**
 * Works off what is to be kept, in the order in which it was asked for: what has queued while a
 * transaction ran is one transaction. Where the browser does not store, memory takes its place, and
 * remembers what storage has missed: once storage takes that, it is the outbox again, with what it held
 * all the time.
 */
import type { View } from "../../core/outbox";
import type { Event } from "../../core/event";
import type { Verb } from "../../core/outbox/book";
import type { Pair } from "../../core/outbox/item";
import { isOf, type OutboxStore, type Told } from "../storage";
import { MemoryOutbox } from "./memory";
import { Missed } from "./missed";

/** How pages of one browser tell one another that something changed. */
export interface Neighbours {
  tell(): void;
}

type Wish = { pair: Pair; verb: Verb };

export class Keeper {
  private readonly queue: Wish[] = [];
  private running = false;
  /** What was last told, for the case that storage fails from here on. */
  private last: { pair: Pair; view: View } | null = null;
  /** Where things are kept while the browser does not store. */
  private memory: { outbox: MemoryOutbox; missed: Missed } | null = null;

  constructor(
    private readonly store: OutboxStore,
    private readonly neighbours: Neighbours,
    private readonly dispatch: (event: Event) => void,
  ) {}

  /** Comes back as `kept`, or as `unkept`. */
  keep(pair: Pair, verb: Verb): void {
    this.queue.push({ pair, verb });
    if (!this.running) void this.workOff();
  }

  private async workOff(): Promise<void> {
    this.running = true;
    try {
      for (let batch = this.nextBatch(); batch; batch = this.nextBatch()) await this.run(batch.pair, batch.verbs);
    } finally {
      this.running = false;
    }
  }

  private nextBatch(): { pair: Pair; verbs: Verb[] } | null {
    const pair = this.queue[0]?.pair;
    if (!pair) return null;
    const until = this.queue.findIndex((wish) => !isOf(pair, wish.pair));
    const verbs = this.queue.splice(0, until < 0 ? this.queue.length : until).map(({ verb }) => verb);
    return { pair, verbs };
  }

  private async run(pair: Pair, verbs: Verb[]): Promise<void> {
    const told = this.memory
      ? this.runInMemory(this.memory.outbox, this.memory.missed, pair, verbs)
      : await this.tryToStore(pair, verbs);
    if (!told) return this.goOnWithoutStorage(pair, verbs);
    this.last = { pair, view: told.view };
    const done = verbs.map((verb, index) => ({ verb, outcome: told.outcomes[index]! }));
    // A draft is found at the next look: nobody else waits for it.
    if (verbs.some((verb) => verb.is !== "look" && verb.is !== "draft")) this.neighbours.tell();
    this.dispatch({ type: "kept", pair, view: told.view, done });
  }

  private async tryToStore(pair: Pair, verbs: Verb[]): Promise<Told | null> {
    try {
      return await this.store.run(pair, verbs);
    } catch (error) {
      console.warn("The browser does not store:", error);
      return null;
    }
  }

  private runInMemory(outbox: MemoryOutbox, missed: Missed, pair: Pair, verbs: Verb[]): Told {
    const told = outbox.runNow(pair, verbs);
    missed.note(pair, verbs, told.view.items);
    void this.tryToReturn(missed, pair, verbs);
    return told;
  }

  /** Storage is the outbox again once it has taken all that it missed. */
  private async tryToReturn(missed: Missed, pair: Pair, verbs: Verb[]): Promise<void> {
    const taken = await missed.bring(this.store, pair, (view) => {
      this.memory = null;
      this.last = { pair, view };
      this.neighbours.tell();
      this.dispatch({ type: "durable" });
      this.dispatch({ type: "kept", pair, view, done: [] });
    });
    // It may still hold what is answered or taken back here. Where it does not hear of that, the next
    // page repeats what is stored.
    if (!taken) this.store.run(pair, verbs).catch(() => undefined);
  }

  /** What was to be said is given back to the person; all else goes on in memory. */
  private goOnWithoutStorage(pair: Pair, verbs: Verb[]): Promise<void> {
    const lost = verbs.filter((verb) => verb.is === "add" || verb.is === "change");
    this.memory = { outbox: new MemoryOutbox(), missed: new Missed(lost.length > 0) };
    if (this.last) {
      const { items, drafts } = this.last.view;
      this.memory.outbox.seed(this.last.pair, { items, drafts: new Map(Object.entries(drafts)) });
    }
    this.dispatch({ type: "not_durable", lost: lost.length > 0 });
    for (const verb of lost) this.dispatch({ type: "unkept", pair, verb });
    const rest = verbs.filter((verb) => verb.is !== "add" && verb.is !== "change");
    // Also without anything left to do, the page learns what it goes on with.
    return this.run(pair, rest.length > 0 ? rest : [{ is: "look" }]);
  }
}

/** All pages of the browser, where it lets them talk to one another; they look now and then in any case. */
export function neighbours(heard: () => void): Neighbours {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined };
  const channel = new BroadcastChannel("chat.outbox");
  channel.onmessage = heard;
  return { tell: () => channel.postMessage("changed") };
}
