/** Answers to what was asked from here. */
import type {
  CodeListReply,
  Error as WireError,
  FriendListReply,
  InviteCode,
  Page,
  Profile,
  RoomSummary,
  SearchReply,
  SessionListReply,
  TokenCreated,
  TokenListReply,
  User,
  UserFindReply,
} from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { LatePurpose } from "../late";
import type { State } from "../state";
import { oneLine } from "../text";
import { ask } from "../update/ask";
import { onNotEntered } from "../update/draft";
import { complain, tell } from "../update/notice";
import { onUser } from "../update/presence";
import { say } from "./words";
import { onTokenEnded, onTokenMade, onTokens } from "./bots";
import { accept, onCodeEnded, onCodeFound, onCodeMade } from "./codes";
import { onFound } from "./find";
import { onFriends } from "./friends";
import { roleWord } from "../role";
import { onHits, onSearchRefused } from "./search";

export function onOk(state: State, purpose: LatePurpose, ok: unknown, stamp: Stamp): Effect[] {
  switch (purpose.is) {
    case "people":
      return onFound(state, purpose, (ok as UserFindReply).users, stamp) ?? letGo(state, purpose);
    case "invitations":
      return accept(state, purpose.wish, (ok as Page).entries, stamp);
    case "code_found":
      return onCodeFound(state, purpose.code, ok as RoomSummary, stamp);
    case "code_made":
      return onCodeMade(state, purpose.room, ok as InviteCode);
    case "codes":
      if (state.dialog?.is === "codes") state.dialog = { ...state.dialog, codes: (ok as CodeListReply).codes };
      return [];
    case "code_ended":
      return onCodeEnded(state, purpose.room);
    case "profile":
      if (state.dialog?.is === "person" && state.dialog.user.id === purpose.user) {
        state.dialog = { ...state.dialog, profile: ok as Profile };
      }
      return [];
    case "friends":
      return onFriends(state, (ok as FriendListReply).friends, purpose.ends, stamp);
    case "server_role": {
      const { user, role } = purpose;
      tell(state, say("SERVER_ROLE_GIVEN", { user: oneLine(user.name), role: roleWord(role) }));
      return [];
    }
    case "claim":
      tell(state, say("CLAIMED"));
      return onUser(state, ok as User);
    case "rename": {
      const user = ok as User;
      tell(state, say("RENAMED", { name: user.name }));
      return onUser(state, user);
    }
    case "search":
      return onHits(state, purpose, ok as SearchReply);
    case "password":
      state.dialog = null;
      tell(state, say("PASSWORD_CHANGED"));
      return [];
    case "announce":
      tell(state, say("ANNOUNCED"));
      return [];
    case "sessions":
      state.sessions = (ok as SessionListReply).sessions;
      if (state.dialog?.is === "sessions") state.dialog = { is: "sessions", sessions: state.sessions };
      return [];
    case "tokens":
      return onTokens(state, (ok as TokenListReply).tokens);
    case "token_made":
      return onTokenMade(state, ok as TokenCreated);
    case "token_ended":
      return onTokenEnded(state);
    case "revoke":
      tell(state, say("SESSION_ENDED"));
      if (state.dialog?.is !== "sessions") return [];
      return ask(state, "session:list", {}, { is: "late", of: { is: "sessions" } });
  }
}

export function onError(state: State, purpose: LatePurpose, error: WireError | null): Effect[] {
  const message = error?.message ?? say("NO_CONNECTION");
  if (purpose.is === "password" && state.dialog?.is === "account") {
    state.dialog = { ...state.dialog, busy: false, error: message };
    return [];
  }
  if (purpose.is === "search") return onSearchRefused(state, purpose.nr, message);
  complain(state, message);
  if (purpose.is === "people") return letGo(state, purpose);
  // There is nothing to be shown.
  if (purpose.is === "profile" && state.dialog?.is === "person" && error) state.dialog = null;
  if (purpose.is === "codes" && state.dialog?.is === "codes" && !state.dialog.made) state.dialog = null;
  if (purpose.is === "tokens" && state.dialog?.is === "bots" && !state.dialog.made) state.dialog = null;
  return [];
}

/** What was to be said to somebody who was not found stays in the composer. */
function letGo(state: State, { sought }: Extract<LatePurpose, { is: "people" }>): Effect[] {
  return sought.is === "direct" ? onNotEntered(state, sought.id) : [];
}
