/** What storage has not heard, while memory is the outbox. */
import type { View } from "../../core/outbox";
import type { Verb } from "../../core/outbox/book";
import type { Kept, Pair } from "../../core/outbox/item";
import { isOf, type OutboxStore } from "../storage";

/** So many verbs are remembered before those are dropped that nobody needs any more. */
const MOST = 1_000;

type Wish = { pair: Pair; verb: Verb };

export class Missed {
  private wishes: Wish[] = [];
  /** Storage takes what it missed at this moment. */
  private brings = false;
  /** Dropped at this length; more than `MOST` where so many are needed. */
  private most = MOST;

  /** `lines`: it was a line that storage did not take, so only another line that it takes shows that it works. */
  constructor(private readonly lines: boolean) {}

  /** Remembers what memory did in its place, and what stands there now. */
  note(pair: Pair, verbs: readonly Verb[], items: readonly Kept[]): void {
    for (const verb of verbs) if (verb.is !== "look") this.wishes.push({ pair, verb });
    if (this.wishes.length <= this.most || this.brings) return;
    const standing = new Set(items.map(({ client_id }) => client_id));
    const made = new Set<string>();
    for (const { verb } of this.wishes) if (verb.is === "add") made.add(verb.item.client_id);
    for (const { verb } of this.wishes) {
      if (verb.is === "add" && verb.item.points_at && standing.has(verb.item.client_id)) {
        standing.add(verb.item.points_at.client_id);
      }
    }
    // What was made here and has come and gone since is nothing that storage has to know.
    const isOver = (id: string) => made.has(id) && !standing.has(id);
    this.wishes = this.wishes.filter((wish) => {
      const about = idsOf(wish.verb);
      return !isOf(pair, wish.pair) || about.length === 0 || !about.every(isOver);
    });
    this.most = Math.max(MOST, this.wishes.length * 2);
  }

  /**
   * Has storage do all of it, and calls `done` in the very moment in which nothing is left, with what stands
   * there for that pair. Resolves to false when storage did not take it, or only what shows nothing.
   */
  async bring(store: OutboxStore, pair: Pair, done: (view: View) => void): Promise<boolean> {
    if (this.brings) return true;
    if (this.lines && !this.wishes.some(({ verb }) => verb.is === "add" || verb.is === "change")) return false;
    this.brings = true;
    try {
      for (;;) {
        const of = this.wishes[0]?.pair ?? pair;
        const until = this.wishes.findIndex((wish) => !isOf(of, wish.pair));
        const many = until < 0 ? this.wishes.length : until;
        const verbs = this.wishes.slice(0, many).map(({ verb }) => verb);
        const { view } = await store.run(of, verbs.length > 0 ? verbs : [{ is: "look" }]);
        this.wishes.splice(0, many);
        if (this.wishes.length > 0 || !isOf(pair, of)) continue;
        done(view);
        return true;
      }
    } catch {
      return false;
    } finally {
      this.brings = false;
    }
  }
}

/** The requests that a verb is about. */
function idsOf(verb: Verb): string[] {
  if (verb.is === "add") return [verb.item.client_id];
  if (verb.is === "claim") return verb.client_ids;
  if (verb.is === "change") return [verb.client_id, verb.otherwise.client_id];
  if (verb.is === "withdraw") return verb.otherwise ? [verb.client_id, verb.otherwise.client_id] : [verb.client_id];
  if (verb.is === "retry") return [verb.client_id, verb.fresh];
  return "client_id" in verb ? [verb.client_id] : [];
}
