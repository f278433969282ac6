/** What happens by parts of the page that are loaded behind it. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { LateEvent } from "../late";
import type { State } from "../state";
import { ask } from "../update/ask";
import { complain, tell } from "../update/notice";
import { say } from "./words";
import * as account from "./account";
import { runAction } from "./action";
import { discard } from "./discard";
import { deleteIt, moveChoice, react } from "./message";
import { askOnline, join } from "./rooms";
import { onWish } from "./wish";

export function onEvent(state: State, event: LateEvent, stamp: Stamp): Effect[] {
  switch (event.type) {
    case "wished":
      return onWish(state, event.wish, stamp);
    case "account_changed":
      return account.onAccount(state, event);
    case "account_left":
      return account.onAccountLeft(state, event.token);
    case "account_refused":
      return account.onAccountRefused(state, event.error);
    case "account_submitted":
      return account.submitAccount(state, event);
    case "account_wished":
      return account.wishAccount(state, event.form, event.identity ?? state.wished);
    case "session_revoked":
      return runAction(state, "revoke_session", String(event.index + 1), "", stamp);
    case "join_wished":
      state.dialog = null;
      return join(state, event.name);
    case "rooms_searched":
      return onSearched(state, event.query, event.more);
    case "moved_choice":
      return moveChoice(state, event.by);
    case "reacted":
      state.dialog = null;
      return react(state, event.key, event.emoji, stamp);
    case "delete_confirmed": {
      const key = state.dialog?.is === "delete" ? state.dialog.key : null;
      state.dialog = null;
      return key === null ? [] : deleteIt(state, key, stamp);
    }
    case "discard_wished": {
      const { pair, name, count } = event;
      state.dialog = { is: "discard", pair, name, count };
      return [];
    }
    case "discard_confirmed":
      return discard(state);
    case "copied":
      if (event.done) tell(state, say("COPIED"));
      else complain(state, say("NOT_COPIED"));
      return [];
  }
}

function onSearched(state: State, query: string, more: boolean): Effect[] {
  if (state.dialog?.is !== "rooms") return [];
  const after = more ? state.dialog.rooms?.at(-1)?.id : undefined;
  state.dialog = { ...state.dialog, query };
  const request = { ...(query ? { query } : {}), ...(after ? { after } : {}) };
  return more
    ? ask(state, "room:list", request, { is: "list", more })
    : askOnline(state, "room:list", request, { is: "list", more });
}
