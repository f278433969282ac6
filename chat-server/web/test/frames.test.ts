import { expect, test } from "vitest";
import { Frames, type World } from "../src/rim/frames";

/** A page whose time is told, and whose frames come when they are asked for. */
class Told implements World {
  time = 0;
  shown = 0;
  /** How long a frame takes to draw. */
  cost = 0;
  private asked: (() => void)[] = [];
  private timers: { at: number; call: () => void }[] = [];
  readonly frames = new Frames(() => {
    this.shown++;
    this.time += this.cost;
  }, this);

  now = (): number => this.time;
  frame = (call: () => void): void => void this.asked.push(call);
  later = (call: () => void, ms: number): ReturnType<typeof setTimeout> => {
    const timer = { at: this.time + ms, call };
    this.timers.push(timer);
    return timer as unknown as ReturnType<typeof setTimeout>;
  };

  paint(): void {
    for (const call of this.asked.splice(0)) call();
    this.pass(0);
  }

  pass(ms: number): void {
    this.time += ms;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter(({ at }) => at > this.time);
    for (const { call } of due) call();
  }
}

test("all that comes before a frame is shown by one", () => {
  const page = new Told();
  for (let i = 0; i < 50; i++) page.frames.soon();
  expect(page.shown).toBe(0);
  page.paint();
  expect(page.shown).toBe(1);
  page.paint();
  expect(page.shown).toBe(1);
});

test("after a frame that took long the page rests for as long", () => {
  const page = new Told();
  page.cost = 100;
  page.frames.soon();
  page.paint();
  page.frames.soon();
  page.paint();
  expect(page.shown).toBe(1);
  page.pass(99);
  page.paint();
  expect(page.shown).toBe(1);
  page.pass(1);
  page.paint();
  expect(page.shown).toBe(2);
});

test("a page that nobody sees is drawn without frames", () => {
  const page = new Told();
  page.frames.soon();
  page.pass(1_000);
  expect(page.shown).toBe(1);
});

test("what was shown with what its reader did needs no frame", () => {
  const page = new Told();
  page.frames.soon();
  page.frames.shown();
  page.paint();
  page.pass(1_000);
  expect(page.shown).toBe(0);
});
