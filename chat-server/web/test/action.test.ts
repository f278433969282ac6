import { ACTIONS } from "@late";
import type { ActionId } from "@proto";
import { describe, expect, it } from "vitest";
import { actionOf } from "../src/core/keys";
import { HANDLERS } from "../src/core/late/action";
import { readCommand } from "../src/core/late/command";
import { isCommand } from "../src/core/text";

describe("the table of actions", () => {
  it("has a handler for each, or a reason in its place", () => {
    const handlers: Partial<Record<ActionId, unknown>> = HANDLERS;
    const without = ACTIONS.filter(({ id }) => typeof handlers[id] !== "function");
    expect(without.map(({ id }) => id)).toEqual(ACTIONS.filter((action) => action.not_in_page).map(({ id }) => id));
    expect(Object.keys(handlers).length + without.length).toBe(ACTIONS.length);
  });
});

describe("a line of the composer", () => {
  it("is read as the terminal reads it", () => {
    expect(["hello", "//etc", "/me waves"].map(isCommand)).toEqual([false, false, true]);
    expect(readCommand("/J ops ")).toMatchObject({ is: "known", action: { id: "join" }, argument: "ops" });
    expect(readCommand("/jion ops")).toEqual({ is: "unknown", command: "jion", near: "join" });
    expect(readCommand("/xyzzyq")).toEqual({ is: "unknown", command: "xyzzyq", near: null });
  });
});

describe("a key", () => {
  const stroke = (key: string, held: Partial<Record<"ctrl" | "alt" | "shift", boolean>> = {}, code = "") => ({
    key,
    code,
    ctrl: false,
    alt: false,
    shift: false,
    ...held,
  });
  const id = (...args: Parameters<typeof stroke>) => actionOf(stroke(...args), ["composer", "global"])?.id;

  it("runs its action", () => {
    expect(id("Enter")).toBe("send");
    expect(id("Enter", { shift: true })).toBe("new_line");
    expect(id("k", { ctrl: true }, "KeyK")).toBe("switcher");
    expect(id("f", { ctrl: true }, "KeyF")).toBe("search");
    expect(id("å", { alt: true }, "KeyA")).toBe("next_unread");
    expect(id("3", { alt: true }, "Digit3")).toBe("room_by_number");
    expect(id("/", { alt: true }, "Slash")).toBe("last_room");
    expect(id("Escape")).toBe("cancel");
    expect(id("r")).toBeUndefined();
    expect(actionOf(stroke("r"), ["message", "global"])?.id).toBe("reply");
    expect(actionOf(stroke("R", { shift: true }), ["message", "global"])?.id).toBe("retry");
  });

  it("that the browser keeps does nothing", () => {
    expect(id("n", { ctrl: true }, "KeyN")).toBeUndefined();
    expect(id("l", { ctrl: true }, "KeyL")).toBeUndefined();
  });
});
