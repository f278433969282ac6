/** Everything that the core asks of the rim. */
import type { Auth, Requests } from "@proto";
import type { Verb } from "./outbox/book";
import type { Pair } from "./outbox/item";
import type { AccountForm, Guest, Theme } from "./state";

export type Effect =
  /** Opens a connection; what it hears comes back under the number. */
  | { do: "connect"; attempt: number; auth: Auth }
  | { do: "disconnect" }
  /** Only ever asked for between `welcome` and the end of the connection. */
  | { do: "emit"; name: keyof Requests; payload: Record<string, unknown> }
  /** Done to the stored outbox, in the order asked for; comes back as `kept`, or as `unkept`. */
  | { do: "keep"; pair: Pair; verb: Verb }
  /** Stores the guest before anything else is done, or forgets them. */
  | { do: "keep_guest"; guest: Guest | null }
  | { do: "keep_theme"; theme: Theme }
  /** The room to show when the page is opened again. */
  | { do: "keep_room"; room: string }
  /** Loads what stands behind the page, where that has failed. */
  | { do: "load" }
  /** Takes the join code out of the page's address. */
  | { do: "forget_code" }
  /** Asks whether the browser holds an account's session. */
  | { do: "read_session" }
  | { do: "account"; form: AccountForm; identity: string; password: string; guest_token: string | null }
  | { do: "leave_account" }
  | { do: "copy"; text: string }
  | { do: "open"; url: string }
  | { do: "focus"; on: "composer" | "log" }
  | {
      do: "scroll";
      to: "bottom" | "page_up" | "page_down" | { seq: number; top?: number } | { key: string; top?: number };
    }
  | { do: "compose"; what: "new_line" | "complete" | "complete_back" };
