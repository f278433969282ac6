import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { State } from "../state";

/** Does an action; `argument` is what stood behind its command, or the number of its key. */
export type Handler = (state: State, argument: string, stamp: Stamp, command: string) => Effect[];
