/** One contract for every place where the outbox may be kept. */
import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Event } from "../src/core/event";
import type { Verb } from "../src/core/outbox/book";
import { newItem, type Fresh, type Pair } from "../src/core/outbox/item";
import type { OutboxStore } from "../src/rim/storage";
import { IndexedDbOutbox } from "../src/rim/storage/indexeddb";
import { Keeper } from "../src/rim/storage/keeper";
import { MemoryOutbox } from "../src/rim/storage/memory";
import { Missed } from "../src/rim/storage/missed";

const ADA: Pair = { server: "s", user: "ada" };
const BOB: Pair = { server: "s", user: "bob" };

const send = (id: string, text = id, room = "r1"): Fresh => {
  const fields = { room, content: { type: "text" as const, text }, mentions: [] };
  return newItem({ name: "message:send", fields }, id, 1, "tab", { name: "ada", identity: null });
};
const amend = (id: string, target: string, name: "message:edit" | "message:delete"): Fresh => {
  const fields = {
    room: "r1",
    target: null as never,
    content: { type: "text" as const, text: `${target}!` },
    mentions: [],
  };
  const item = newItem({ name, fields }, id, 1, "tab", { name: "ada", identity: null });
  return { ...item, points_at: { client_id: target, field: "target" } };
};
const add = (item: Fresh): Verb => ({ is: "add", item, draft: null, attempt: null });
const claim = (...client_ids: string[]): Verb => ({ is: "claim", client_ids, by: "tab", attempt: 1 });
const place = (seq: number) => ({ epoch: "e", seq, id: `i${seq}` });
const settle = (client_id: string, seq: number): Verb => ({ is: "settle", client_id, place: place(seq) });
const never = { code: "forbidden", message: "no", retry: "never" } as const;
const refuse = (client_id: string, forget = false): Verb => ({ is: "refuse", client_id, error: never, forget });
const withdraw = (client_id: string, otherwise: Fresh | null = null): Verb => ({
  is: "withdraw",
  client_id,
  otherwise,
});

const opener = (id: string, ...users: string[]): Fresh =>
  newItem({ name: "direct:open", fields: { users } }, id, 1, "tab", { name: "ada", identity: null });
const sendTo = (id: string, client_id: string): Fresh => ({
  ...send(id, id, ""),
  points_at: { client_id, field: "room" },
});
const made = (client_id: string, room: string): Verb => ({ is: "settle", client_id, place: null, room });

let names = 0;
const PLACES: [string, () => { store: OutboxStore; again: () => OutboxStore; end: () => Promise<void> }][] = [
  [
    "in memory",
    () => {
      const store = new MemoryOutbox();
      return { store, again: () => store, end: () => Promise.resolve() };
    },
  ],
  [
    "in the browser's database",
    () => {
      const name = `test ${names++}`;
      const opened: IndexedDbOutbox[] = [];
      const again = () => opened[opened.push(new IndexedDbOutbox(name)) - 1]!;
      return { store: again(), again, end: async () => void (await Promise.all(opened.map((one) => one.close()))) };
    },
  ],
];

describe.each(PLACES)("the outbox %s", (_, make) => {
  let end = () => Promise.resolve();
  afterEach(() => end());
  const begin = () => {
    const made = make();
    end = made.end;
    return made;
  };
  const shown = async (store: OutboxStore, ...verbs: Verb[]) => {
    const { view } = await store.run(ADA, verbs);
    return view.items.map((item) => `${item.client_id} ${item.is}`);
  };

  it("keeps lines for a room that is not made yet, and says them there in their order", async () => {
    const { store, again } = begin();
    await store.run(ADA, [add(opener("o1", "bob")), add(sendTo("a", "o1"))]);
    // Opened twice, in whatever order the names were given: one line waits for the other.
    await again().run(ADA, [add(opener("o2", "bob", "bob")), add(sendTo("b", "o2")), claim("o1", "o2")]);
    const { outcomes } = await store.run(ADA, [made("o2", "r9"), claim("a", "b")]);
    expect(outcomes[1]).toEqual({ is: "sends", sends: [] });
    const told = await store.run(ADA, [made("o1", "r9"), add(sendTo("c", "o1")), claim("a", "b", "c")]);
    expect(told.outcomes[2]).toEqual({
      is: "sends",
      sends: [
        { client_id: "a", after: null },
        { client_id: "b", after: "a" },
        { client_id: "c", after: "b" },
      ],
    });
    expect(told.view.items.filter(({ is }) => is === "waiting").map(({ fields }) => fields)).toMatchObject(
      [..."abc"].map((text) => ({ room: "r9", content: { text } })),
    );
  });

  it("keeps a line of a conversation behind what waits for it to be opened", async () => {
    const { store } = begin();
    const known: Verb = { is: "add", item: send("b", "b", "r9"), draft: null, attempt: 1, people: ["bob"] };
    const other: Verb = { ...known, item: send("c", "c", "r8"), people: ["carol"] };
    await store.run(ADA, [add(opener("o1", "bob")), add(sendTo("a", "o1"))]);
    const { outcomes } = await store.run(ADA, [known, other]);
    expect(outcomes).toEqual([
      { is: "sends", sends: [] },
      { is: "sends", sends: [{ client_id: "c", after: null }] },
    ]);
    const told = await store.run(ADA, [claim("o1"), made("o1", "r9"), claim("b", "a")]);
    expect(told.outcomes[2]).toMatchObject({ sends: [{ after: "a" }, { after: null }] });
  });

  it("keeps a line of a conversation also where what opens it is refused", async () => {
    const { store } = begin();
    const known: Verb = { is: "add", item: send("b", "b", "r9"), draft: null, attempt: null, people: ["bob"] };
    await store.run(ADA, [add(opener("o1", "bob")), known, claim("o1"), refuse("o1", true)]);
    const { outcomes } = await store.run(ADA, [claim("b")]);
    expect(outcomes[0]).toEqual({ is: "sends", sends: [{ client_id: "b", after: null }] });
  });

  it("keeps no line for a room that will not be made, and each that waited for it as failed", async () => {
    const { store } = begin();
    await store.run(ADA, [add(opener("o1", "bob")), add(sendTo("a", "o1")), claim("o1")]);
    const { outcomes, view } = await store.run(ADA, [refuse("o1", true), add(sendTo("b", "o1"))]);
    expect(outcomes[1]).toEqual({ is: "gone" });
    expect(view.items.map(({ client_id, is }) => [client_id, is])).toEqual([["a", "failed"]]);
    const retried = await store.run(ADA, [{ is: "retry", client_id: "a", fresh: "x", by: "tab" }]);
    expect(retried.view.items[0]?.is).toBe("failed");
    expect((await store.run(ADA, [withdraw("a")])).view.items).toEqual([]);
  });

  it("keeps requests in the order in which they came, also for the page that is opened next", async () => {
    const { store, again } = begin();
    await store.run(ADA, [add(send("z")), add(send("a"))]);
    expect(await shown(store, add(send("m")))).toEqual(["z waiting", "a waiting", "m waiting"]);
    expect(await shown(again(), { is: "look" })).toEqual(["z waiting", "a waiting", "m waiting"]);
  });

  it("is one order for all pages at once", async () => {
    const { store, again } = begin();
    const other = again();
    const writes = Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).run(ADA, [add(send(`l${i}`))]));
    await Promise.all(writes);
    const { view } = await store.run(ADA, [{ is: "look" }]);
    expect(view.items).toHaveLength(20);
    expect(new Set(view.items.map(({ order }) => order)).size).toBe(20);
    expect((await other.run(ADA, [{ is: "look" }])).view).toEqual(view);
  });

  it("empties the draft with the request that it becomes, and only then", async () => {
    const { store, again } = begin();
    await store.run(ADA, [
      { is: "draft", room: "r1", text: "hello" },
      { is: "draft", room: "r2", text: "later" },
    ]);
    const draft = { room: "r1", text: "hello" };
    const { view } = await store.run(ADA, [{ is: "add", item: send("a", "hello"), draft, attempt: null }]);
    expect(view.drafts).toEqual({ r2: "later" });
    await store.run(ADA, [{ is: "draft", room: "r2", text: "" }]);
    expect((await again().run(ADA, [{ is: "look" }])).view.drafts).toEqual({});
  });

  it("leaves a draft that another page has written over it", async () => {
    const { store } = begin();
    await store.run(ADA, [{ is: "draft", room: "r1", text: "of the other page" }]);
    const draft = { room: "r1", text: "hello" };
    const { view } = await store.run(ADA, [{ is: "add", item: send("a", "hello"), draft, attempt: null }]);
    expect(view.drafts).toEqual({ r1: "of the other page" });
  });

  it("names the unanswered one before it in the room, whichever page made it", async () => {
    const { store, again } = begin();
    await store.run(ADA, [add(send("a")), add(send("x", "x", "r2"))]);
    await again().run(ADA, [add(send("b")), add(send("c"))]);
    const sends = async (...ids: string[]) => {
      const [outcome] = (await store.run(ADA, [claim(...ids)])).outcomes;
      return outcome?.is === "sends" ? outcome.sends.map(({ client_id, after }) => [client_id, after]) : outcome;
    };
    expect(await sends("a", "b", "c", "x")).toEqual([
      ["a", null],
      ["b", "a"],
      ["c", "b"],
      ["x", null],
    ]);
    await store.run(ADA, [refuse("b")]);
    expect(await sends("c", "b")).toEqual([["c", "a"]]);
    await store.run(ADA, [settle("a", 1)]);
    expect(await sends("c", "a")).toEqual([["c", null]]);
  });

  it("withdraws what no page has sent, and otherwise asks the server to", async () => {
    const { store, again } = begin();
    await store.run(ADA, [add(send("a")), add(send("b"))]);
    await again().run(ADA, [claim("b")]);
    expect(await shown(store, withdraw("a", amend("d1", "a", "message:delete")))).toEqual(["b waiting"]);
    expect((await store.run(ADA, [withdraw("b")])).outcomes).toEqual([{ is: "late" }]);
    expect(await shown(store, withdraw("b", amend("d2", "b", "message:delete")))).toEqual(["b waiting", "d2 waiting"]);
    // An answer gives the deletion its place.
    const { view } = await store.run(ADA, [settle("b", 7)]);
    expect(view.items.find(({ client_id }) => client_id === "d2")).toMatchObject({
      fields: { target: place(7) },
      points_at: null,
    });
  });

  it("changes what no page has sent, and otherwise adds an edit of it", async () => {
    const { store } = begin();
    const content = { type: "text" as const, text: "better" };
    const change = (id: string): Verb => {
      const otherwise = amend(`e${id}`, id, "message:edit");
      return { is: "change", client_id: id, content, mentions: [], otherwise };
    };
    await store.run(ADA, [add(send("a")), add(send("b")), add(send("c")), claim("b", "c"), refuse("c")]);
    const { view } = await store.run(ADA, [change("a"), change("b"), change("c")]);
    expect(view.items.map(({ client_id, name, fields, emitted }) => [client_id, name, fields, emitted])).toMatchObject([
      ["a", "message:send", { content }, false],
      ["b", "message:send", { content: { text: "b" } }, true],
      ["eb", "message:edit", {}, false],
      // Refused with its former words, so with others it is another message, behind all that follow.
      ["ec", "message:send", { content }, false],
    ]);
  });

  it("gives a place to what points at an answered one, however late it comes", async () => {
    const { store } = begin();
    await store.run(ADA, [add(send("a")), claim("a"), settle("a", 3)]);
    const { view } = await store.run(ADA, [add(amend("e", "a", "message:edit"))]);
    expect(view.items.find(({ client_id }) => client_id === "e")).toMatchObject({ fields: { target: place(3) } });
    const { outcomes } = await store.run(ADA, [add(amend("f", "unknown", "message:edit"))]);
    expect(outcomes).toEqual([{ is: "gone" }]);
  });

  it("leaves nothing that points at what will have no place", async () => {
    const { store } = begin();
    const reply: Fresh = { ...send("r"), points_at: { client_id: "a", field: "reply_to" } };
    await store.run(ADA, [add(send("a")), add(reply), add(amend("e", "a", "message:edit")), withdraw("a")]);
    const { view } = await store.run(ADA, [{ is: "look" }]);
    expect(view.items).toMatchObject([{ client_id: "r", points_at: null, is: "waiting" }]);
  });

  it("shows a refused message as it was meant to be read, or not at all where it was to be deleted", async () => {
    const { store } = begin();
    await store.run(ADA, [add(send("a")), add(send("b")), claim("a", "b")]);
    await store.run(ADA, [add(amend("e", "a", "message:edit")), add(amend("d", "b", "message:delete"))]);
    const { view } = await store.run(ADA, [refuse("a"), refuse("b")]);
    expect(view.items).toMatchObject([
      { client_id: "e", is: "failed", emitted: false, fields: { content: { text: "a!" } } },
    ]);
  });

  it("sends a failed one again behind all others, under a new id where its own is used up", async () => {
    const { store } = begin();
    const conflict: Verb = { is: "refuse", client_id: "b", error: { ...never, code: "conflict" }, forget: false };
    await store.run(ADA, [add(send("a")), add(send("b")), add(send("c")), claim("a", "b", "c"), refuse("a"), conflict]);
    const retry = (client_id: string, fresh: string): Verb => ({ is: "retry", client_id, fresh, by: "tab" });
    expect(await shown(store, retry("a", "x"), retry("b", "y"), retry("c", "z"))).toEqual([
      "c waiting",
      "a waiting",
      "y waiting",
    ]);
  });

  it("lets an entry that turns up settle whatever was thought of it", async () => {
    const { store } = begin();
    await store.run(ADA, [add(send("a")), claim("a"), refuse("a")]);
    expect(await shown(store, settle("a", 2), refuse("a"))).toEqual(["a answered"]);
  });

  it("remembers of answers no more than where they stand, and not for ever", async () => {
    const { store } = begin();
    for (let i = 0; i < 70; i++) await store.run(ADA, [add(send(`l${i}`, "secret")), settle(`l${i}`, i + 1)]);
    const { view } = await store.run(ADA, [{ is: "look" }]);
    expect(view.items).toHaveLength(64);
    expect(view.items.at(-1)).toMatchObject({ client_id: "l69", place: place(70) });
    expect(JSON.stringify(view.items)).not.toContain("secret");
  });

  it("is each user's own, and offers others what is not sent", async () => {
    const { store } = begin();
    await store.run(ADA, [
      add(send("a", "of ada")),
      add(send("b", "answered")),
      settle("b", 1),
      add(amend("e", "a", "message:edit")),
    ]);
    const { view } = await store.run(BOB, [{ is: "look" }]);
    expect([view.items, view.drafts]).toEqual([[], {}]);
    expect(view.stranded).toEqual([{ pair: ADA, name: "ada", identity: null, texts: ["of ada"] }]);
    await store.run(ADA, [{ is: "drop" }]);
    expect((await store.run(BOB, [{ is: "look" }])).view.stranded).toEqual([]);
  });
});

describe("the browser's database", () => {
  /** Keeps all other transactions waiting until it is told to end. */
  async function hold(name: string): Promise<() => Promise<void>> {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    });
    const transaction = db.transaction(["outbox", "drafts"], "readwrite");
    const ended = new Promise<void>((resolve) => (transaction.oncomplete = () => resolve()));
    let held = true;
    const again = () => {
      if (held) transaction.objectStore("outbox").count().onsuccess = again;
    };
    again();
    return async () => {
      held = false;
      await ended;
      db.close();
    };
  }

  it("gives up what a sleeping page holds up, and stores nothing of it later", async () => {
    const store = new IndexedDbOutbox("held", 50);
    await store.run(ADA, [add(send("a"))]);
    const release = await hold("held");
    await expect(store.run(ADA, [add(send("b"))])).rejects.toThrow();
    await release();
    const { view } = await store.run(ADA, [{ is: "look" }]);
    expect(view.items.map(({ client_id }) => client_id)).toEqual(["a"]);
    await store.close();
  });

  it("is opened anew when the browser has closed it", async () => {
    const store = new IndexedDbOutbox("closed");
    await store.run(ADA, [add(send("a"))]);
    const closing = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(() => {
      throw new DOMException("closed", "InvalidStateError");
    });
    const { view } = await store.run(ADA, [add(send("b"))]);
    expect(view.items).toHaveLength(2);
    closing.mockRestore();
    await store.close();
  });
});

describe("the keeper", () => {
  const told = async (store: OutboxStore, keep: (keeper: Keeper) => void) => {
    const events: Event[] = [];
    const tell = vi.fn();
    const keeper = new Keeper(store, { tell }, (event) => events.push(event));
    keep(keeper);
    await vi.waitFor(() => expect(events.some(({ type }) => type === "kept")).toBe(true));
    return { keeper, events, tell };
  };
  const broken = (works: number): OutboxStore => {
    const memory = new MemoryOutbox();
    let runs = 0;
    const full = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    return { run: (pair, verbs) => (++runs > works ? full() : memory.run(pair, verbs)) };
  };

  it("makes one transaction of what has queued, and tells the other pages", async () => {
    const run = vi.fn(new MemoryOutbox().run.bind(new MemoryOutbox()));
    const { events, tell } = await told({ run }, (keeper) => {
      for (const id of ["a", "b", "c"]) keeper.keep(ADA, add(send(id)));
    });
    await vi.waitFor(() => expect(events).toHaveLength(2));
    expect(run.mock.calls.map(([, verbs]) => verbs.length)).toEqual([1, 2]);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it("gives back a line that could not be stored, and goes on in memory with what it knows", async () => {
    const { keeper, events } = await told(broken(1), (keeper) => keeper.keep(ADA, add(send("a"))));
    vi.spyOn(console, "warn").mockReturnValueOnce();
    keeper.keep(ADA, add(send("b")));
    await vi.waitFor(() => expect(events).toHaveLength(4));
    expect(events.map(({ type }) => type)).toEqual(["kept", "not_durable", "unkept", "kept"]);
    expect(events[1]).toMatchObject({ lost: true });
    expect(events[3]).toMatchObject({ view: { items: [{ client_id: "a" }] } });
    keeper.keep(ADA, add(send("b")));
    await vi.waitFor(() => expect(events).toHaveLength(5));
    expect(events[4]).toMatchObject({ view: { items: [{ client_id: "a" }, { client_id: "b" }] } });
  });

  it("tells a database that fails what is taken back, so that no later page says it", async () => {
    const memory = new MemoryOutbox();
    let full = false;
    const store: OutboxStore = {
      run: (pair, verbs) =>
        full && verbs.some(({ is }) => is === "add") ? Promise.reject(new Error("full")) : memory.run(pair, verbs),
    };
    const { keeper, events } = await told(store, (keeper) => keeper.keep(ADA, add(send("a"))));
    vi.spyOn(console, "warn").mockReturnValueOnce();
    full = true;
    keeper.keep(ADA, add(send("b")));
    await vi.waitFor(() => expect(events).toHaveLength(4));
    keeper.keep(ADA, withdraw("a"));
    await vi.waitFor(() => expect(events).toHaveLength(5));
    expect(events[4]).toMatchObject({ view: { items: [] } });
    expect(memory.runNow(ADA, []).view.items).toEqual([]);
  });

  /** Storage that fails, or never answers, while `works` is false. */
  const faulty = (how: "fails" | "hangs") => {
    const memory = new MemoryOutbox();
    const state = { works: false, memory };
    const store: OutboxStore = {
      run: (pair, verbs) => {
        if (state.works) return memory.run(pair, verbs);
        return how === "fails" ? Promise.reject(new Error("slow")) : new Promise(() => undefined);
      },
    };
    return { state, store };
  };

  it("finds what storage held all the time, once that opens after all", async () => {
    const { state, store } = faulty("fails");
    state.memory.runNow(ADA, [add(send("before"))]);
    vi.spyOn(console, "warn").mockReturnValueOnce();
    const { keeper, events } = await told(store, (keeper) => keeper.keep(ADA, { is: "look" }));
    keeper.keep(ADA, add(send("meanwhile")));
    keeper.keep(ADA, claim("meanwhile"));
    await vi.waitFor(() => expect(events).toHaveLength(4));
    expect(events.at(-1)).toMatchObject({ view: { items: [{ client_id: "meanwhile" }] } });
    state.works = true;
    keeper.keep(ADA, { is: "look" });
    await vi.waitFor(() => expect(events).toHaveLength(7));
    expect(events.slice(4).map(({ type }) => type)).toEqual(["kept", "durable", "kept"]);
    const items = [
      { client_id: "before", emitted: false },
      { client_id: "meanwhile", emitted: true },
    ];
    expect(events.at(-1)).toMatchObject({ view: { items } });
    expect(state.memory.runNow(ADA, []).view).toMatchObject({ items });
    // From here on it is storage that does it.
    keeper.keep(ADA, settle("before", 1));
    await vi.waitFor(() => expect(events).toHaveLength(8));
    expect(state.memory.runNow(ADA, []).view.items[1]).toMatchObject({ client_id: "before", is: "answered" });
  });

  it("takes a line for the proof that lines are stored again", async () => {
    const memory = new MemoryOutbox();
    let full = true;
    const store: OutboxStore = {
      run: (pair, verbs) =>
        full && verbs.some(({ is }) => is === "add") ? Promise.reject(new Error("full")) : memory.run(pair, verbs),
    };
    vi.spyOn(console, "warn").mockReturnValueOnce();
    const { keeper, events } = await told(store, (keeper) => keeper.keep(ADA, add(send("a"))));
    // Reading works all the time, and is no proof.
    keeper.keep(ADA, { is: "look" });
    keeper.keep(ADA, add(send("b")));
    await vi.waitFor(() => expect(events).toHaveLength(5));
    expect(events.map(({ type }) => type)).toEqual(["not_durable", "unkept", "kept", "kept", "kept"]);
    full = false;
    keeper.keep(ADA, add(send("c")));
    await vi.waitFor(() => expect(events.at(-2)).toMatchObject({ type: "durable" }));
    expect(events.at(-1)).toMatchObject({ view: { items: [{ client_id: "b" }, { client_id: "c" }] } });
  });

  it("brings what comes while it returns, too", async () => {
    const memory = new MemoryOutbox();
    let works = false;
    const waiting: (() => void)[] = [];
    const store: OutboxStore = {
      run: async (pair, verbs) => {
        if (!works) throw new Error("slow");
        await new Promise<void>((resolve) => waiting.push(resolve));
        return memory.run(pair, verbs);
      },
    };
    vi.spyOn(console, "warn").mockReturnValueOnce();
    const { keeper, events } = await told(store, (keeper) => keeper.keep(ADA, { is: "look" }));
    works = true;
    for (const id of ["a", "b", "c"]) {
      keeper.keep(ADA, add(send(id)));
      await vi.waitFor(() => expect(waiting).not.toEqual([]));
      if (id !== "c") waiting.shift()!();
    }
    while (!events.some(({ type }) => type === "durable")) {
      await vi.waitFor(() => expect(waiting).not.toEqual([]));
      waiting.shift()!();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(memory.runNow(ADA, []).view.items.map(({ client_id }) => client_id)).toEqual(["a", "b", "c"]);
  });

  it("does not remember for ever what has come and gone", async () => {
    const { state, store } = faulty("hangs");
    const missed = new Missed(false);
    const memory = new MemoryOutbox();
    const note = (...verbs: Verb[]) => missed.note(ADA, verbs, memory.runNow(ADA, verbs).view.items);
    note(add(send("stays")), add(amend("change", "stays", "message:edit")));
    for (let i = 0; i < 5_000; i++) note(add(send(`l${i}`)), claim(`l${i}`), settle(`l${i}`, i));
    state.works = true;
    const run = vi.spyOn(store, "run");
    expect(await missed.bring(store, ADA, () => undefined)).toBe(true);
    expect(run.mock.calls[0]![1].length).toBeLessThan(1_500);
    const standing = (book: MemoryOutbox) => book.runNow(ADA, []).view.items.map(({ order: _, ...item }) => item);
    expect(standing(state.memory)).toEqual(standing(memory));
  });

  it("goes on working when a page fails at what it is told", async () => {
    const heard: Event[] = [];
    const failing = vi.fn((event: Event) => {
      if (heard.push(event) === 1) throw new Error("of the page");
    });
    const failed = new Promise((resolve) => process.once("unhandledRejection", resolve));
    const keeper = new Keeper(new MemoryOutbox(), { tell: () => undefined }, failing);
    keeper.keep(ADA, add(send("a")));
    await expect(failed).resolves.toMatchObject({ message: "of the page" });
    keeper.keep(ADA, add(send("b")));
    await vi.waitFor(() => expect(heard.map(({ type }) => type)).toEqual(["kept", "kept"]));
  });

  it("goes on without a database from the start where the browser has none", async () => {
    vi.spyOn(console, "warn").mockReturnValueOnce();
    const { events } = await told(broken(0), (keeper) => keeper.keep(ADA, { is: "look" }));
    expect(events).toMatchObject([{ type: "not_durable", lost: false }, { type: "kept" }]);
  });
});
