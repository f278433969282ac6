/** Everything that happens to the page. Time, ids and chance come with it as its stamp. */
import type { ActionId, Error as WireError, Events, ServerInfo, User } from "@proto";
import type { View } from "./outbox";
import type { Outcome, Verb } from "./outbox/book";
import type { Pair } from "./outbox/item";
import type { Late, Wish } from "./late";
import type { AccountForm, Guest, LineKey, Theme } from "./state";

/** When it happened, two UUIDv7 that nobody has used, and a number from 0 to 1 by chance. */
export interface Stamp {
  /** Milliseconds of a clock that never jumps: every wait and every deadline goes by it. */
  now: number;
  /** The wall clock. It may be wrong and it may jump, so it only dates things. */
  time: number;
  id: string;
  /** For what asks for two requests at once. */
  other: string;
  random: number;
}

/** An event of the server's with its payload. */
export type Received = { [Name in keyof Events]: { name: Name; payload: Events[Name] } }[keyof Events];

export type Event =
  | {
      type: "started";
      /** This page among those of the browser; the same after a reload. */
      tab: string;
      guest: Guest | null;
      room: string | null;
      /** The join code in the page's address. */
      code?: string;
      theme: Theme;
      dark: boolean;
      exposed: boolean;
      width: number;
    }
  | { type: "tick" }
  /** What stands behind the page is here. */
  | { type: "loaded"; late: Late }
  // The session, over HTTP
  | { type: "session_read"; user: User | null; server: ServerInfo }
  | { type: "session_unreadable" }
  | { type: "account_changed"; user: User; form: AccountForm }
  | { type: "account_left"; token: string }
  | { type: "account_refused"; error: WireError }
  | { type: "named"; name: string; token: string }
  // The connection
  | { type: "received"; attempt: number; event: Received }
  | { type: "refused"; attempt: number; error: WireError | null }
  | { type: "cut"; attempt: number }
  | { type: "network"; online: boolean }
  // Storage
  /** What was done, in order, and what stands in storage after it. */
  | { type: "kept"; pair: Pair; view: View; done: { verb: Verb; outcome: Outcome }[] }
  /** What could not be stored. */
  | { type: "unkept"; pair: Pair; verb: Verb }
  /** From now on things are kept only as long as the page is open; `lost` tells that a line was not stored. */
  | { type: "not_durable"; lost: boolean }
  /** Storage works again, and holds what was kept meanwhile. */
  | { type: "durable" }
  /** Another page of this browser changed something. */
  | { type: "stirred" }
  // The page and who sits before it
  | { type: "attention"; visible: boolean; focused: boolean }
  | { type: "resized"; width: number }
  | { type: "dark"; dark: boolean }
  | { type: "active" }
  | { type: "typed"; text: string }
  | { type: "action"; id: ActionId; argument: string; command: string }
  | { type: "opened"; room: string }
  | { type: "join_wished"; name: string }
  | { type: "scrolled"; at_bottom: boolean; near_top: boolean; near_bottom: boolean }
  | { type: "chosen"; key: LineKey | null }
  | { type: "moved_choice"; by: number }
  | { type: "reacted"; key: LineKey; emoji: string }
  | { type: "delete_confirmed" }
  | { type: "dialog_closed" }
  | { type: "rooms_searched"; query: string; more: boolean }
  | { type: "account_submitted"; form: AccountForm; identity: string; password: string; old: string }
  | { type: "account_wished"; form: AccountForm; identity?: string }
  | { type: "session_revoked"; index: number }
  /** Done by a button, by what `late` has for it. */
  | { type: "wished"; wish: Wish }
  | { type: "discard_wished"; pair: Pair | null; name: string; count: number }
  | { type: "discard_confirmed" }
  | { type: "copied"; done: boolean }
  | { type: "jumped"; room: string; seq: number };
