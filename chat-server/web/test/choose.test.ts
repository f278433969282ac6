import { expect, it } from "vitest";
import { inLobby } from "./page";

it("Up in an empty composer chooses the newest message", () => {
  const page = inLobby();
  page.do({ type: "action", id: "select_message", argument: "", command: "" });
  expect(page.state.chosen).toBe(2);
});
