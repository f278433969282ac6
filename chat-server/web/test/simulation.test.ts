/**
 * The page against a model of the server, under every mishap that a line can have: what is said
 * arrives once, in order, whatever is refused for a while, lost or cut.
 */
import type { Entry } from "@proto";
import { expect, it } from "vitest";
import { create, inLobby, ME, message, page, room, TestPage, type Sent } from "./page";

const SAID = 30;
const STEPS = 4_000;

/** Mulberry32: the same numbers for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Server {
  readonly log: Entry[] = [create(), message(2, "hello")];
  /** On their way to the server, and to the page. */
  up: Sent[] = [];
  down: (() => void)[] = [];

  constructor(
    private readonly test: TestPage,
    private readonly random: () => number,
  ) {}

  take(): void {
    const sent = this.up.shift();
    if (!sent) return;
    if (sent.name === "message:send") return this.store(sent);
    if (sent.name === "history:read") return this.read(sent);
    if (sent.name === "sync") {
      const rooms = [room(this.log.length)];
      this.down.push(() => this.test.answer(sent, { time: this.test.now, rooms, presence: [] }));
    }
  }

  private store(sent: Sent): void {
    const { client_id, after, content } = sent.payload as {
      client_id: string;
      after: string;
      content: { text: string };
    };
    const has = (id: string) => this.log.find((entry) => entry.client_id === id && entry.author.id === ME.id);
    let entry = has(client_id);
    if (!entry) {
      if (after !== null && !has(after)) return this.refuse(sent, "out_of_order");
      if (this.random() < 0.1) return this.refuse(sent, "slow_down");
      entry = message(this.log.length + 1, content.text, ME, client_id);
      this.log.push(entry);
      this.spread(entry);
      // Somebody else speaks too.
      if (this.random() < 0.3) this.spread(this.log[this.log.push(message(this.log.length + 1, "other")) - 1]!);
    }
    const { seq, id, time, n } = entry;
    if (this.random() < 0.95) this.down.push(() => this.test.answer(sent, { seq, id, time, n }));
  }

  private refuse(sent: Sent, code: string): void {
    this.down.push(() => this.test.refuse(sent, "later", code, code === "slow_down" ? 300 : undefined));
  }

  /** A full buffer may drop what is told to everybody; an answer may overtake it. */
  private spread(entry: Entry): void {
    if (this.random() < 0.9)
      this.down.splice(Math.floor(this.random() * 2) * this.down.length, 0, () => this.test.live(entry));
  }

  private read(sent: Sent): void {
    const after = (sent.payload.after as number | undefined) ?? 0;
    const entries = this.log.slice(after, after + 5 + Math.floor(this.random() * 200));
    if (entries.length > 0) {
      const answer = page(after + 1, entries, this.log.length);
      this.down.push(() => this.test.answer(sent, answer));
    }
  }
}

function run(seed: number): { test: TestPage; server: Server; said: string[] } {
  const random = chance(seed);
  const test = inLobby();
  const server = new Server(test, random);
  const said: string[] = [];
  const idle = () => said.length === SAID && test.state.outbox.items.length === 0;
  for (let step = 0; step < STEPS && !(idle() && server.down.length + server.up.length === 0); step++) {
    const dice = random();
    if (dice < 0.15 && said.length < SAID) {
      said.push(`line ${said.length}`);
      test.say(said.at(-1)!);
    } else if (dice < 0.45) server.take();
    else if (dice < 0.75) server.down.shift()?.();
    else if (dice < 0.97) test.wait(random() * 500);
    else {
      [server.up, server.down] = [[], []];
      // Not right after a message went out: what cuts the line again and again is set aside.
      test.now += 2_001;
      test.cut();
    }
    if (test.state.link.is === "opening") test.welcome([room(server.log.length)]);
    server.up.push(...test.sent());
  }
  // Whatever was dropped meanwhile is found by the next syncs.
  for (let i = 0; i < 200; i++) {
    test.wait(400);
    if (test.state.link.is === "opening") test.welcome([room(server.log.length)]);
    server.up.push(...test.sent());
    while (server.up.length > 0) server.take();
    while (server.down.length > 0) server.down.shift()!();
    server.up.push(...test.sent());
  }
  return { test, server, said };
}

it.each(Array.from({ length: 300 }, (_, seed) => seed))("what is said arrives once and in order, seed %i", (seed) => {
  const { test, server, said } = run(seed);
  const mine = server.log.flatMap((entry) =>
    entry.kind === "message" && entry.author.id === ME.id ? [entry.content.text] : [],
  );
  expect(mine).toEqual(said);
  expect(said).toHaveLength(SAID);
  expect(test.state.outbox.items).toEqual([]);
  expect(test.lines()).toEqual(server.log.map((entry) => (entry.kind === "message" ? entry.content.text : entry.kind)));
});
