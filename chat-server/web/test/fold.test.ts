import { readFileSync } from "node:fs";
import type { Entry, Line, Page } from "@proto";
import { describe, expect, it } from "vitest";
import { Timeline } from "../src/core/fold";

type Step = "request" | "fail" | { live: Entry[] } | { page: Page };

interface Fixture {
  me: string;
  epoch: string;
  steps: Step[];
  lines: Line[];
  cursor: number;
  covered: [number, number][];
  dropped: boolean[];
}

/** What comes of these steps. */
function run(fixture: Fixture, steps: readonly Step[]): Timeline {
  const timeline = new Timeline(fixture.me, fixture.epoch);
  for (const step of steps) {
    if (step === "request") timeline.pageRequested();
    else if (step === "fail") timeline.pageFailed();
    else if ("live" in step) timeline.applyLive(step.live);
    else timeline.applyPage(step.page);
  }
  return timeline;
}

const path = new URL("../../../chat-proto/gen/fold-fixtures.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(path, "utf8")) as Fixture[];

describe("the fold", () => {
  it("has fixtures", () => expect(fixtures.length).toBeGreaterThan(0));

  it.each(fixtures.map((fixture, index) => [index, fixture] as const))("reproduces fixture %i", (_, fixture) => {
    const timeline = run(fixture, fixture.steps);
    expect(timeline.lines()).toEqual(fixture.lines);
    expect(timeline.cursor?.seq).toBe(fixture.cursor);
    expect(timeline.covered.all()).toEqual(fixture.covered);
    expect(timeline.gap()).toBeNull();
  });

  it.each(fixtures.map((fixture, index) => [index, fixture] as const))(
    "drops the lines when fixture %i does",
    (_, fixture) => {
      const dropped = fixture.steps.map((_, at) => run(fixture, fixture.steps.slice(0, at + 1)).reconnected());
      expect(dropped).toEqual(fixture.dropped);
    },
  );
});
