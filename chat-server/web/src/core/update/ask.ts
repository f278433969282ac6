/** Requests that write no entry: sent once, and given up when the connection ends. */
import type { Requests } from "@proto";
import type { Effect } from "../effect";
import type { Purpose, State } from "../state";

/** Nothing is asked without a connection: it would be sent later, perhaps as somebody else. */
export function ask<Name extends keyof Requests>(
  state: State,
  name: Name,
  request: Requests[Name]["request"],
  purpose: Purpose,
): Effect[] {
  if (state.link.is !== "connected") return [];
  const rid = nextRid(state, purpose);
  return [{ do: "emit", name, payload: { rid, ...(request as Record<string, unknown>) } }];
}

export function nextRid(state: State, purpose: Purpose): string {
  const rid = `r${state.next_rid++}`;
  state.requests.set(rid, { purpose, sent_at: state.now });
  return rid;
}

/** Whether such a request is under way. */
export function underWay(state: State, fits: (purpose: Purpose) => boolean): boolean {
  return [...state.requests.values()].some(({ purpose }) => fits(purpose));
}
