import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { awake } from "../src/rim/storage/awake";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("it is over after its time", () => {
  const call = vi.fn();
  awake(10_000, call);
  vi.advanceTimersByTime(9_999);
  expect(call).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(call).toHaveBeenCalledOnce();
});

test("it can be ended", () => {
  const call = vi.fn();
  const forget = awake(2_500, call);
  expect(forget("a value")).toBe("a value");
  vi.advanceTimersByTime(10_000);
  expect(call).not.toHaveBeenCalled();
});

test("a page that was busy hears what came meanwhile before its time is over", () => {
  // Busy for a minute, a page runs each of its timers that is over once, and what waits between them.
  let now = 0;
  const timers: { at: number; call: () => void }[] = [];
  vi.stubGlobal("setTimeout", (call: () => void, ms: number) => timers.push({ at: now + ms, call }));
  const heard: string[] = [];
  awake(10_000, () => heard.push("over"));
  now = 60_000;
  const due = timers.splice(0).filter(({ at }) => at <= now);
  for (const { call } of due) call();
  heard.push("answer");
  expect(heard).toEqual(["answer"]);
  expect(timers.map(({ at }) => at)).toEqual([61_000]);
  vi.unstubAllGlobals();
});
