/**
 * Several pages of one user against a model of the server, under every mishap that a line can have:
 * what is said stands in the log once and in order, whatever is refused, lost, doubled, cut or
 * killed, and every page ends with the same lines.
 */
import { expect, it } from "vitest";
import { Timeline } from "../src/core/fold";
import { currentRoom } from "../src/core/state";
import { ME } from "./page";
import { chance, tokenOf, World } from "./simulation/world";

const SEEDS = Number(process.env.SEEDS ?? 1_000);
const FIRST = Number(process.env.SEED ?? 0);
const LINES = 10;
const STEPS = 500;

function live(seed: number): World {
  const world = new World(chance(seed));
  for (let step = 0; step < STEPS; step++) world.step(LINES);
  world.settle();
  return world;
}

function check(world: World): void {
  const waiting = world.book.items.filter(({ is }) => is !== "answered");
  expect(waiting, "nothing waits any more").toEqual([]);
  for (const [room, log] of world.server.logs) {
    const truth = new Timeline(ME.id, "e1");
    const [first, ...rest] = log;
    const mark = { seq: first!.seq, id: first!.id };
    const page = {
      room,
      epoch: "e1",
      from: 1,
      to: mark,
      head: mark,
      entries: [first!],
      amendments: [],
      reactions: [],
      hidden: [],
    };
    truth.applyPage(page);
    truth.applyLive(rest);

    const mine = log.filter((entry) => entry.kind === "message" && entry.author.id === ME.id);
    const tokens = mine.map(({ client_id }) => tokenOf(world.server.said.get(client_id)!)!);
    expect(new Set(tokens).size, "nothing stands there twice").toBe(tokens.length);
    const lines = truth.lines().filter((line) => line.kind === "message" && line.author.id === ME.id);
    for (const [token, where] of world.said) {
      if (where !== room) continue;
      const at = tokens.indexOf(token);
      const line = lines[at];
      if (world.gone.has(token))
        expect(line?.kind === "message" ? line.deleted : true, `${token} was taken back`).toBe(true);
      else {
        expect(at, `${token} was said`).toBeGreaterThanOrEqual(0);
        const said = line?.kind === "message" ? line.content.text : "";
        expect(said, "an edit of it holds").toBe(
          world.edited.has(token) ? `${token}!` : world.server.said.get(mine[at]!.client_id),
        );
      }
    }
    const order = tokens.filter((token) => !world.aside.has(token)).map((token) => world.order.get(token)!);
    expect(order, `the order of the outbox in ${room}`).toEqual([...order].sort((a, b) => a - b));

    for (const tab of world.tabs) {
      world.do(tab, { type: "opened", room });
      for (let i = 0; i < 3; i++) {
        world.drain();
        world.wait(400);
      }
      world.drain();
      expect(tab.page.state.outbox.items, "every page's outbox is empty").toEqual([]);
      const shown = currentRoom(tab.page.state)!.timeline;
      expect(shown.cursor?.seq, "every page is up to date").toBe(log.length);
      const held = shown.liveWindow()!;
      expect(shown.lines(held[0], held[1])).toEqual(truth.lines(held[0], held[1]));
    }
  }
}

it("what is said arrives once and in order, however it goes", () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    try {
      check(live(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: SEED=${seed} SEEDS=1 npx vitest run test/simulation.test.ts`, { cause: error });
    }
  }
}, 120_000);
