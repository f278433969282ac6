/** Accounts: signing in and out, and becoming one. */
import type { Error as WireError } from "@proto";
import type { Effect } from "../effect";
import type { Event } from "../event";
import type { AccountForm, State } from "../state";
import { say } from "./words";
import { ask } from "../update/ask";
import { connectAnew } from "../update/link";
import { complain, tell } from "../update/notice";

type Of<Type extends Event["type"]> = Extract<Event, { type: Type }>;

export function wishAccount(state: State, form: AccountForm, identity: string): Effect[] {
  state.dialog = { is: "account", form, identity, busy: false, error: null };
  return [];
}

export function submitAccount(state: State, wish: Of<"account_submitted">): Effect[] {
  const { form, identity, password, old } = wish;
  if (state.dialog?.is !== "account") return [];
  state.dialog = { ...state.dialog, identity, busy: true, error: null };
  if (form === "password") {
    const effects = ask(state, "account:set_password", { old, new: password }, { is: "late", of: { is: "password" } });
    if (effects.length === 0) state.dialog = { ...state.dialog, busy: false, error: say("NO_CONNECTION") };
    return effects;
  }
  const guest_token = form === "register" ? (state.guest?.token ?? null) : null;
  return [{ do: "account", form, identity, password, guest_token }];
}

export function onAccount(state: State, { user, form }: Of<"account_changed">): Effect[] {
  state.dialog = null;
  state.screen = "chat";
  state.name_error = null;
  state.credentials = { as: "account" };
  tell(state, say("SIGNED_IN", { name: user.name }));
  // A guest who registered is this account now; their token has ended.
  const effects: Effect[] = form === "register" ? [{ do: "keep_guest", guest: null }] : [];
  if (form === "register") state.guest = null;
  return [...effects, ...connectAnew(state)];
}

export function onAccountRefused(state: State, error: WireError): Effect[] {
  if (state.dialog?.is === "account") state.dialog = { ...state.dialog, busy: false, error: error.message };
  else complain(state, error.message);
  return [];
}

/** Signs out: an account becomes a guest again, a guest somebody new. */
export function signOut(state: State): Effect[] {
  if (state.credentials?.as === "account") return [{ do: "leave_account" }];
  state.guest = null;
  state.credentials = null;
  state.screen = "name";
  state.wished = state.me?.name ?? "";
  state.link = { is: "idle" };
  state.attempt++;
  return [{ do: "keep_guest", guest: null }, { do: "disconnect" }];
}

export function onAccountLeft(state: State, token: string): Effect[] {
  const guest = state.guest ?? { name: state.me?.name ?? state.wished, token };
  state.guest = guest;
  state.credentials = { as: "guest", guest };
  tell(state, say("SIGNED_OUT"));
  return [{ do: "keep_guest", guest }, ...connectAnew(state)];
}
