/** What is wished for before that is here which does it. */
import type { Effect } from "../effect";
import type { Event, Stamp } from "../event";
import type { State } from "../state";
import { say } from "../words";
import { tell } from "./notice";

/** It is done as soon as it can be, in the order in which it was wished for. */
export function putOff(state: State, event: Event, stamp: Stamp): Effect[] {
  state.put_off.push({ event, stamp });
  return isOnItsWay(state);
}

/** The line may have been down when it was tried. */
export function isOnItsWay(state: State): Effect[] {
  tell(state, say("WAITING"));
  return [{ do: "load" }];
}

/** What was put off, and no more of it waits. */
export function takeUp(state: State): { event: Event; stamp: Stamp }[] {
  if (state.notice?.text === say("WAITING")) state.notice = null;
  return state.put_off.splice(0);
}
