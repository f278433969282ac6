/** The one line above the composer that tells what happened. */
import type { Announced } from "@proto";
import type { Effect } from "../effect";
import type { State } from "../state";
import { say } from "../words";

const PLAIN_MS = 6_000;
const ERROR_MS = 15_000;
const ANNOUNCED_MS = 60_000;

export function tell(state: State, text: string): void {
  state.notice = { text, tone: "plain", until: state.now + PLAIN_MS };
}

export function complain(state: State, text: string): void {
  state.notice = { text, tone: "error", until: state.now + ERROR_MS };
}

/** An operator tells everybody something, or everybody in a room. */
export function onAnnounced(state: State, { text, room }: Announced): Effect[] {
  const name = room === undefined ? undefined : state.rooms.get(room)?.room.name;
  tell(state, name === undefined ? say("ANNOUNCEMENT", { text }) : say("ANNOUNCEMENT_IN", { room: name, text }));
  state.notice!.until = state.now + ANNOUNCED_MS;
  return [];
}
