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
}

const path = new URL("../../../chat-proto/gen/fold-fixtures.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(path, "utf8")) as Fixture[];

describe("the fold", () => {
  it("has fixtures", () => expect(fixtures.length).toBeGreaterThan(0));

  it.each(fixtures.map((fixture, index) => [index, fixture] as const))("reproduces fixture %i", (_, fixture) => {
    const timeline = new Timeline(fixture.me, fixture.epoch);
    for (const step of fixture.steps) {
      if (step === "request") timeline.pageRequested();
      else if (step === "fail") timeline.pageFailed();
      else if ("live" in step) timeline.applyLive(step.live);
      else timeline.applyPage(step.page);
    }
    expect(timeline.lines()).toEqual(fixture.lines);
    expect(timeline.cursor?.seq).toBe(fixture.cursor);
    expect(timeline.covered.all()).toEqual(fixture.covered);
    expect(timeline.gap()).toBeNull();
  });
});
