/**
 * Several pages of one user in one browser, the server, and everything between them that can go
 * wrong. One step is one thing that happens; a seed decides which.
 */
import type { Entry, Welcome } from "@proto";
import type { Event } from "../../src/core/event";
import { perform, type Book, type Outcome, type Verb } from "../../src/core/outbox/book";
import { roomOf } from "../../src/core/outbox";
import { isMine, keys, targetOf } from "../../src/core/late/target";
import { currentRoom } from "../../src/core/state";
import { work } from "../../src/rim/storage";
import { ME, TestPage, type Sent } from "../page";
import { DIRECT, ModelServer, ROOMS } from "./server";

/** Mulberry32: the same numbers for the same seed. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Connection {
  attempt: number;
  /** On their way to the server, and to the page. */
  up: Sent[];
  down: Event[];
}

/** One page, its connection, and what storage has done for it and not yet told. */
interface Tab {
  page: TestPage;
  line: Connection | null;
  told: Event[];
}

const HOURS = 3_600_000;
const MOST_TABS = 3;

export class World {
  readonly server: ModelServer;
  readonly book: Book = { items: [], drafts: new Map() };
  readonly tabs: Tab[] = [];
  /** Lines by what they say first: said, changed, taken back, without a place of their own, and the place in the outbox. */
  readonly said = new Map<string, string>();
  readonly edited = new Set<string>();
  readonly gone = new Set<string>();
  readonly aside = new Set<string>();
  readonly order = new Map<string, number>();
  private readonly tokens = new Map<string, string>();
  /** Sent over connections that are gone; it may still arrive. */
  private ghosts: Sent[] = [];
  private now = 1_000_000;
  private opened = 0;
  private typed = 0;

  constructor(private readonly random: () => number) {
    this.server = new ModelServer(random);
    this.open();
  }

  /** One thing happens. */
  step(lines: number): void {
    const tab = this.pick(this.tabs);
    if (!tab) return this.open();
    const dice = this.random();
    if (dice < 0.08) this.say(tab, lines);
    else if (dice < 0.12) this.amend(tab);
    else if (dice < 0.14) this.decide(tab);
    else if (dice < 0.34) this.store(tab);
    else if (dice < 0.54) this.tell(tab);
    else if (dice < 0.7) this.carryUp(tab);
    else if (dice < 0.86) this.carryDown(tab);
    else if (dice < 0.88) this.haunt();
    else if (dice < 0.96) this.wait(this.random() * 700);
    else if (dice < 0.97) this.cut(tab);
    else if (dice < 0.985) this.kill(tab);
    else if (this.tabs.length < MOST_TABS) this.open();
  }

  /** No more mishaps: everything that is under way arrives, and what failed is tried again. */
  settle(): void {
    this.server.calm();
    this.ghosts = [];
    if (this.tabs.length === 0) this.open();
    for (let i = 0; i < 300 && (i < 100 || this.book.items.some(({ is }) => is !== "answered")); i++) {
      this.drain();
      this.decide(this.pick(this.tabs)!, true);
      this.wait(400);
    }
    this.drain();
  }

  /** Everything on its way arrives. */
  drain(): void {
    const busy = ({ page, told, line }: Tab) =>
      page.waiting.length + told.length + (line ? line.up.length + line.down.length : 0) > 0;
    for (let i = 0; i < 10_000 && this.tabs.some(busy); i++) {
      for (const tab of this.tabs) {
        this.store(tab);
        this.tell(tab);
        this.carryUp(tab, false);
        this.carryDown(tab);
      }
    }
  }

  private open(): void {
    const { random } = this;
    // A page that is loaded anew may know itself again, or not.
    const page = new TestPage(undefined, `tab ${Math.floor(this.random() * 3)} ${this.opened++ % 2}`, random);
    page.stores = false;
    page.now = this.now;
    const tab: Tab = { page, line: null, told: [] };
    this.tabs.push(tab);
    this.look(tab);
  }

  /** At any moment: between storing and telling, between telling and sending. */
  private kill(tab: Tab): void {
    this.hangUp(tab);
    this.tabs.splice(this.tabs.indexOf(tab), 1);
  }

  private cut(tab: Tab): void {
    if (!tab.line) return;
    this.hangUp(tab);
    this.do(tab, { type: "cut", attempt: tab.page.state.attempt });
  }

  private hangUp(tab: Tab): void {
    if (tab.line && this.random() < 0.6) this.ghosts.push(...tab.line.up);
    tab.line = null;
  }

  private say(tab: Tab, lines: number): void {
    const copy = currentRoom(tab.page.state);
    if (!copy || this.typed >= lines || !tab.page.state.outbox.ready) return;
    if (this.random() < 0.2) this.do(tab, { type: "opened", room: this.pick([...ROOMS])! });
    const token = `L${this.typed++}.`;
    const before = currentRoom(tab.page.state)!.draft;
    // Another page's draft may stand there; a person would look at it, and here it goes.
    const line = before === "" || tab.page.state.draft_writes === 0 ? token : `${before}${token}`;
    // To Bob, with whom there may be no conversation yet.
    const text = this.random() < 0.15 && !line.startsWith("/") ? `/msg bob ${line}` : line;
    this.do(tab, { type: "typed", text });
    if (this.random() < 0.2) this.choose(tab, "reply");
    if (this.random() < 0.9) this.do(tab, { type: "action", id: "send", argument: "", command: "" });
  }

  /** Changes, deletes or likes an own line, whether or not it was sent. */
  private amend(tab: Tab): void {
    const key = this.pick(keys(tab.page.state));
    const target = key === undefined ? null : targetOf(tab.page.state, key);
    if (!target || !isMine(tab.page.state, target)) return;
    // What was set aside may be stored: other words for it, or none, are the person's own risk.
    if (target.is === "item" && target.item.is === "failed" && target.item.error?.code === "unknown") return;
    const text = target.is === "line" ? target.line.content.text : target.item.fields.content.text;
    const token = tokenOf(text);
    if (!token || this.edited.has(token)) return;
    this.do(tab, { type: "chosen", key: target.key });
    const what = this.random();
    if (what < 0.4) this.do(tab, { type: "action", id: "edit", argument: `${token}!`, command: "edit" });
    else if (what < 0.8) this.do(tab, { type: "reacted", key: target.key, emoji: "👍" });
    else {
      this.do(tab, { type: "action", id: "delete", argument: "", command: "" });
      this.do(tab, { type: "delete_confirmed" });
    }
    this.do(tab, { type: "chosen", key: null });
  }

  /** Retries or discards what has failed. A change of what is deleted fails for ever. */
  private decide(tab: Tab, retry = false): void {
    const failed = this.pick(decidable(tab));
    if (!failed) return;
    const lost = failed.name === "message:edit" || (failed.name === "message:send" && failed.error?.code === "deleted");
    const room = roomOf(failed);
    if (room !== null) this.do(tab, { type: "opened", room });
    const key = failed.name === "message:edit" ? failed.fields.target.seq : failed.client_id;
    this.do(tab, { type: "chosen", key });
    const aside = failed.error?.code === "unknown";
    const id = lost || (!retry && !aside && this.random() < 0.2) ? "discard" : "retry";
    this.do(tab, { type: "action", id, argument: "", command: "" });
    this.do(tab, { type: "chosen", key: null });
  }

  private choose(tab: Tab, id: "reply"): void {
    const key = this.pick(keys(tab.page.state));
    if (key === undefined) return;
    this.do(tab, { type: "chosen", key });
    this.do(tab, { type: "action", id, argument: "", command: "" });
  }

  /** Storage does some of what this page asked for, in one transaction; the page hears of it later, if ever. */
  private store(tab: Tab): void {
    const some = 1 + Math.floor(this.random() * 3);
    const wishes = tab.page.waiting.splice(0, some);
    const [first] = wishes;
    if (!first) return;
    const verbs = wishes.map(({ verb }) => verb);
    const done = verbs.map((verb) => ({ verb, outcome: this.perform(verb) }));
    const { view } = work(this.book, first.pair, [], []);
    tab.told.push({ type: "kept", pair: first.pair, view, done });
    if (verbs.every((verb) => verb.is === "look" || verb.is === "draft")) return;
    // Some of it is never heard: the page died in between.
    for (const other of this.tabs) if (other !== tab && this.random() < 0.9) other.told.push({ type: "stirred" });
  }

  private perform(verb: Verb): Outcome {
    const before = this.book.items;
    const outcome = perform(this.book, verb);
    if (outcome.is !== "gone") this.note(verb);
    for (const { client_id, name, is, order, fields } of this.book.items) {
      const token = name === "message:send" && is !== "answered" ? tokenOf(fields.content.text) : null;
      if (token) this.order.set(token, order);
      if (token) this.tokens.set(client_id, token);
    }
    // What was taken back meanwhile is not tried again.
    const retries = verb.is === "retry" && before.some(({ client_id }) => client_id === verb.client_id);
    if (retries) this.server.pardon(verb.client_id);
    // A former send of it may still arrive, before what stands before it now.
    if (retries) this.aside.add(this.tokens.get(verb.client_id) ?? "");
    const left = new Set(this.book.items.map(({ client_id }) => client_id));
    if (
      verb.is === "withdraw" &&
      before.some(({ client_id }) => client_id === verb.client_id) &&
      !left.has(verb.client_id)
    ) {
      this.gone.add(this.tokens.get(verb.client_id) ?? "");
    }
    return outcome;
  }

  private note(verb: Verb): void {
    const item = verb.is === "add" ? verb.item : verb.is === "withdraw" ? verb.otherwise : null;
    if (item?.name === "message:send") this.said.set(tokenOf(item.fields.content.text)!, item.fields.room || DIRECT);
    if (item?.name === "message:edit") this.edited.add(tokenOf(item.fields.content.text)!);
    if (verb.is === "change") this.edited.add(tokenOf(verb.content.text)!);
    if (item?.name === "message:delete") {
      const { points_at, fields } = item;
      const log = this.server.logs.get(fields.room)!;
      const token = this.tokens.get(points_at?.client_id ?? log[fields.target.seq - 1]!.client_id);
      if (token) this.gone.add(token);
    }
    if (verb.is === "set_aside") this.aside.add(this.tokens.get(verb.client_id) ?? "");
  }

  private tell(tab: Tab): void {
    const event = tab.told.shift();
    if (event) this.do(tab, event);
  }

  private carryUp(tab: Tab, mishaps = true): void {
    const { line } = tab;
    const sent = line?.up.shift();
    if (!line || !sent) return;
    const done = this.server.answer(sent);
    if (!done) return;
    const answer = { rid: String(sent.payload.rid), ...done.reply };
    this.deliver(
      line,
      { type: "received", attempt: line.attempt, event: { name: "answer", payload: answer as never } },
      mishaps,
    );
    if (done.entry) this.spread(done.room, done.entry, mishaps);
    if (mishaps && this.random() < 0.1) {
      const other = this.server.chatter();
      this.spread(other.id.split("-")[0]!, other, mishaps);
    }
  }

  /** Answers are lost with their connection alone; what is told to everybody may be dropped, and either may be first. */
  private deliver(line: Connection, event: Event, mishaps: boolean): void {
    const first = mishaps && this.random() < 0.3;
    if (first) line.down.unshift(event);
    else line.down.push(event);
  }

  private spread(room: string, entry: Entry, mishaps: boolean): void {
    for (const { line } of this.tabs) {
      if (!line || line.down.some((event) => event.type === "received" && event.event.name === "welcome")) continue;
      const payload = { room, epoch: "e1", entries: [entry] };
      const event: Event = { type: "received", attempt: line.attempt, event: { name: "entries", payload } };
      if (!mishaps || this.random() < 0.85) this.deliver(line, event, mishaps);
      if (mishaps && this.random() < 0.05) this.deliver(line, event, mishaps);
    }
  }

  private carryDown(tab: Tab): void {
    const event = tab.line?.down.shift();
    if (event) this.do(tab, event);
  }

  /** A request of a connection that is long gone reaches the server. */
  private haunt(): void {
    const sent = this.ghosts.shift();
    const done = sent && this.server.answer(sent);
    if (done?.entry) this.spread(done.room, done.entry, true);
  }

  wait(ms: number): void {
    this.now += ms;
    for (const tab of this.tabs) {
      tab.page.now = this.now;
      if (this.random() < 0.05) tab.page.off = (this.random() - 0.5) * 20 * HOURS;
      this.do(tab, { type: "tick" });
    }
  }

  do(tab: Tab, event: Event): void {
    tab.page.now = this.now;
    tab.page.do(event);
    this.look(tab);
  }

  /** What the page wants of its connection. */
  private look(tab: Tab): void {
    for (const effect of tab.page.effects.splice(0)) {
      if (effect.do === "connect") {
        const attempt = tab.page.state.attempt;
        const info = { id: "server", name: "Chat", version: "0.1.0" };
        const { limits } = tab.page.state;
        const welcome = { protocol: 1, server: info, user: ME, limits, time: 0, sync: this.server.sync() } as Welcome;
        tab.line = {
          attempt,
          up: [],
          down: [{ type: "received", attempt, event: { name: "welcome", payload: welcome } }],
        };
      }
      if (effect.do === "disconnect") this.hangUp(tab);
      if (effect.do === "emit") tab.line?.up.push(effect as Sent);
    }
  }

  private pick<Of>(all: readonly Of[]): Of | undefined {
    return all[Math.floor(this.random() * all.length)];
  }
}

/** What has failed by itself; what failed because of that is decided with it. */
function decidable(tab: Tab) {
  const failed = tab.page.state.outbox.items.filter(({ is }) => is === "failed");
  return failed.filter(({ points_at, name }) => points_at === null || name === "message:send");
}

/** By what a line is known. A draft that another page went on with stands before it. */
export function tokenOf(text: string): string | null {
  return text.match(/L\d+\./g)?.at(-1) ?? null;
}
