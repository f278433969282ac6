/**
 * What stands behind the page: actions that nobody can wish for before the page is there, and what belongs to
 * them. It is loaded right after the page, so that the first load keeps within its budget.
 */
import type { ActionId, Entry, Error as WireError, RoomChanges, RoomRole, ServerRole, User } from "@proto";
import type { Effect } from "./effect";
import type { Event, Stamp } from "./event";
import type { Shown } from "./lines";
import type { Person, RoomCopy, Seen, State } from "./state";

/** What is done about a friendship: a question is asked, answered, or taken back, and what came of it is ended. */
export type Step = "ask" | "accept" | "refuse" | "remove";

/** What people are looked up for. */
export type Sought =
  | { is: "invite"; room: string }
  /** With a text, that is said to them by a message of this id; the composer holds it until then. */
  | { is: "direct"; text: string; id: string }
  | { is: "whois" }
  | { is: "befriend"; step: Step }
  | { is: "kick"; room: string }
  | { is: "role"; room: string; role: RoomRole }
  | { is: "server_role"; role: ServerRole };

/** Whom it is about. */
export type Friendly = Pick<Person, "id" | "name">;

/** What an answer is for. */
export type LatePurpose =
  | { is: "people"; names: string[]; found: User[]; sought: Sought }
  | { is: "invitations"; wish: string }
  | { is: "code_found"; code: string }
  | { is: "code_made"; room: string }
  | { is: "codes"; room: string }
  | { is: "code_ended"; room: string }
  | { is: "profile"; user: string }
  /** With whom it may be all over then. */
  | { is: "friends"; ends: Friendly | null }
  | { is: "server_role"; user: User; role: ServerRole }
  | { is: "claim" }
  /** `nr` tells one question from another. */
  | { is: "search"; nr: number; more: boolean }
  | { is: "rename" }
  | { is: "announce" }
  | { is: "password" }
  | { is: "sessions" }
  | { is: "revoke" }
  | { is: "tokens" }
  | { is: "token_made" }
  | { is: "token_ended" };

/** What is wished for by a button. */
export type Wish =
  | { is: "code"; code: string }
  | { is: "join"; room: string }
  | { is: "end_code"; room: string; code: string }
  | { is: "end_token"; id: string }
  | { is: "person"; id: string }
  | { is: "talk"; user: string }
  | { is: "befriend"; step: Step; user: Friendly }
  | { is: "kick"; room: string; user: Person }
  | { is: "role"; room: string; user: string; role: RoomRole }
  | { is: "configure"; room: string; changes: RoomChanges }
  /** What stands in the field of the search; what is found for it; and the next page of that. */
  | { is: "search_typed"; query: string }
  | { is: "search" }
  | { is: "search_more" }
  /** So many hits further down. */
  | { is: "search_moved"; by: number }
  /** Shows a hit in its log; tells how far the hits are scrolled, and what was in view before. */
  | { is: "look"; index: number; top: number; seen: Seen | null }
  | { is: "back_to_search" }
  /** Goes back to where one was before, or stays at the hit. */
  | { is: "search_closed"; stays?: boolean }
  /** Yes to the question that the dialog asks. */
  | { is: "confirmed" };

/** What happens by parts of the page that are loaded behind it, or has to wait for them. */
export type LateEvent = Extract<
  Event,
  {
    type:
      | "wished"
      | "account_changed"
      | "account_left"
      | "account_refused"
      | "account_submitted"
      | "account_wished"
      | "session_revoked"
      | "join_wished"
      | "rooms_searched"
      | "moved_choice"
      | "reacted"
      | "delete_confirmed"
      | "discard_wished"
      | "discard_confirmed"
      | "copied";
  }
>;

export interface Late {
  /** Does any row of the table of actions. */
  runAction(state: State, id: ActionId, argument: string, command: string, stamp: Stamp): Effect[];
  /** Does what a line of the composer asks for that begins with a slash. */
  runCommand(state: State, copy: RoomCopy, line: string, stamp: Stamp): Effect[];
  /** The message that is edited gets these words. */
  edit(state: State, copy: RoomCopy, text: string, stamp: Stamp): Effect[];
  onEvent(state: State, event: LateEvent, stamp: Stamp): Effect[];
  onOk(state: State, purpose: LatePurpose, ok: unknown, stamp: Stamp): Effect[];
  /** A refusal, or null where no answer will come. */
  onError(state: State, purpose: LatePurpose, error: WireError | null): Effect[];
  onWish(state: State, wish: Wish, stamp: Stamp): Effect[];
  friends: FriendsView;
  /** Entries that may change what is shown outside the logs. */
  onAmended(state: State, room: string, entries: readonly Entry[]): void;
}

/** What friends say, as one place. */
export interface FriendsView {
  /** All that is shown; null until every room has its newest lines. */
  merge(state: State): Shown | null;
  begin(state: State): Effect[];
  /** Asks for what is still missing. */
  gather(state: State): Effect[];
  before(state: State): Effect[];
  jump(state: State, copy: RoomCopy, seq: number): Effect[];
  firstUnread(state: State): Effect[];
  unreadFrom(state: State, copy: RoomCopy, seq: number): Effect[];
  /** Asks who is a friend, and who might become one. */
  refresh(state: State): Effect[];
}
