/** What was never sent is thrown away, once the person has said yes. */
import type { Effect } from "../effect";
import type { Pair } from "../outbox/item";
import { homeless } from "../stranded";
import type { State } from "../state";
import { keep } from "../update/keep";

export function discard(state: State): Effect[] {
  const wish = state.dialog?.is === "discard" ? state.dialog : null;
  state.dialog = null;
  if (!wish) return [];
  return wish.pair ? dropStranded(state, wish.pair) : dropHomeless(state);
}

/** Throws away what somebody else has not sent, as the person wished. */
function dropStranded(state: State, pair: Pair): Effect[] {
  state.stranded = state.stranded.filter((one) => one.pair.server !== pair.server || one.pair.user !== pair.user);
  return [{ do: "keep", pair, verb: { is: "drop" } }];
}

/** The same of own messages whose room is not mine any more. */
function dropHomeless(state: State): Effect[] {
  return homeless(state).flatMap(({ client_id }) => keep(state, { is: "withdraw", client_id, otherwise: null }));
}
