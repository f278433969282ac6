/** What the timeline is told of rows that come above, below, and at both ends at once. */
import { describe, expect, it } from "vitest";
import { RowMaker, type Rows } from "../src/core/rows";
import { currentRoom } from "../src/core/state";
import { Logs, TestPage, create, message, page, room, type Sent } from "./page";

const LINES = 250;
const log = [create(), ...Array.from({ length: LINES - 1 }, (_, i) => message(i + 2, `line ${i + 2}`))];

/** The lobby's newest page is shown, and the one before it asked for. */
function readingBack(): { test: TestPage; make: () => Rows; asked: Sent; logs: Logs } {
  const test = new TestPage().welcome([room(LINES)]);
  const logs = new Logs({ r1: log });
  logs.serve(test);
  const maker = new RowMaker();
  const make = () => maker.make(test.state, currentRoom(test.state));
  make();
  const [asked] = logs.asked(test.do({ type: "scrolled", at_bottom: false, near_top: true, near_bottom: false }));
  if (!asked) throw new Error("nothing is asked for");
  make();
  return { test, make, asked, logs };
}

const span = ({ rows }: Rows): [string | undefined, string | undefined] => [
  rows.find(({ is }) => is === "message" || is === "system")?.key,
  rows.at(-1)?.key,
];

describe("The timeline's rows", () => {
  it("say that older lines have come above", () => {
    const { test, make, asked, logs } = readingBack();
    test.answer(asked, logs.page(asked));
    const rows = make();
    expect(rows).toMatchObject({ shift: true, half: false });
    expect(span(rows)).toEqual(["51", "250"]);
    expect(make()).toBe(rows);
  });

  it("tell what has come to both ends at once one end after the other", () => {
    const { test, make, asked, logs } = readingBack();
    test.answer(asked, logs.page(asked)).live(message(LINES + 1, "and on"), message(LINES + 2, "and on"));
    const below = make();
    expect(below).toMatchObject({ shift: false, half: true });
    expect(span(below)).toEqual(["151", "252"]);
    const whole = make();
    expect(whole).toMatchObject({ shift: true, half: false });
    expect(span(whole)).toEqual(["51", "252"]);
    expect(whole.rows.length - below.rows.length).toBe(100);
    expect(make()).toBe(whole);
  });

  it("do not keep the place of a part of the log that is not shown any more", () => {
    const { test, make } = readingBack();
    const [asked] = test.do({ type: "action", id: "top", argument: "", command: "" }).sent("history:read");
    expect(asked?.payload).toMatchObject({ around: 1 });
    test.answer(asked!, page(1, log.slice(0, 120), LINES));
    const rows = make();
    expect(rows).toMatchObject({ shift: false, half: false });
    expect(span(rows)).toEqual(["1", "120"]);
  });
});
