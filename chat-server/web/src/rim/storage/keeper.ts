/**
 * Works off what is to be kept, in the order in which it was asked for: what has queued while a
 * transaction ran is one transaction. Where the browser does not store, memory takes its place for as
 * long as the page is open.
 */
import type { View } from "../../core/outbox";
import type { Event } from "../../core/event";
import type { Verb } from "../../core/outbox/book";
import type { Pair } from "../../core/outbox/item";
import { isOf, type OutboxStore } from "../storage";
import { MemoryOutbox } from "./memory";

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
  private durable = true;

  constructor(
    private store: OutboxStore,
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
    for (let batch = this.nextBatch(); batch; batch = this.nextBatch()) await this.run(batch.pair, batch.verbs);
    this.running = false;
  }

  private nextBatch(): { pair: Pair; verbs: Verb[] } | null {
    const pair = this.queue[0]?.pair;
    if (!pair) return null;
    const until = this.queue.findIndex((wish) => !isOf(pair, wish.pair));
    const verbs = this.queue.splice(0, until < 0 ? this.queue.length : until).map(({ verb }) => verb);
    return { pair, verbs };
  }

  private async run(pair: Pair, verbs: Verb[]): Promise<void> {
    try {
      const { view, outcomes } = await this.store.run(pair, verbs);
      this.last = { pair, view };
      const done = verbs.map((verb, index) => ({ verb, outcome: outcomes[index]! }));
      this.dispatch({ type: "kept", pair, view, done });
      // A draft is found at the next look: nobody else waits for it.
      if (verbs.some((verb) => verb.is !== "look" && verb.is !== "draft")) this.neighbours.tell();
    } catch (error) {
      if (!this.durable) throw error;
      console.warn("The browser does not store:", error);
      await this.goOnWithoutStorage(pair, verbs);
    }
  }

  /** What was to be said is given back to the person; all else goes on in memory. */
  private async goOnWithoutStorage(pair: Pair, verbs: Verb[]): Promise<void> {
    const memory = new MemoryOutbox();
    if (this.last) {
      const { items, drafts } = this.last.view;
      memory.seed(this.last.pair, { items, drafts: new Map(Object.entries(drafts)) });
    }
    this.store = memory;
    this.durable = false;
    const lost = verbs.filter((verb) => verb.is === "add" || verb.is === "change");
    this.dispatch({ type: "not_durable", lost: lost.length > 0 });
    for (const verb of lost) this.dispatch({ type: "unkept", pair, verb });
    const rest = verbs.filter((verb) => verb.is !== "add" && verb.is !== "change");
    // Also without anything left to do, the page learns what it goes on with.
    await this.run(pair, rest.length > 0 ? rest : [{ is: "look" }]);
  }
}

/** All pages of the browser, where it lets them talk to one another; they look now and then in any case. */
export function neighbours(heard: () => void): Neighbours {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined };
  const channel = new BroadcastChannel("chat.outbox");
  channel.onmessage = heard;
  return { tell: () => channel.postMessage("changed") };
}
