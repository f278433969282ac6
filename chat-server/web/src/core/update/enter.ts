/** Coming in: by a session's cookie, or as a guest by name. */
import type { ServerInfo, User } from "@proto";
import type { Effect } from "../effect";
import type { Event } from "../event";
import type { Guest, State } from "../state";
import { connect } from "./link";

type Of<Type extends Event["type"]> = Extract<Event, { type: Type }>;

export function onStarted(state: State, event: Of<"started">): Effect[] {
  const { tab, guest, room, theme, dark, exposed, width, code = null } = event;
  Object.assign(state, { code, tab, remembered: room, theme, dark, exposed, width, input_at: state.now });
  state.credentials = guest && { as: "guest", guest };
  state.guest = guest;
  if (guest) state.screen = "chat";
  return connect(state);
}

/** The cookie decides; else the guest that this browser remembers; else somebody new is asked. */
export function onSession(state: State, user: User | null, server: ServerInfo): Effect[] {
  state.server_name = server.name;
  state.session_known = true;
  if (user) state.credentials = { as: "account" };
  if (!state.credentials) {
    state.screen = "name";
    state.link = { is: "idle" };
    return [];
  }
  state.screen = "chat";
  return connect(state);
}

export function onNamed(state: State, { name, token }: Of<"named">): Effect[] {
  const guest: Guest = { name: name.trim(), token };
  state.wished = guest.name;
  state.guest = guest;
  state.credentials = { as: "guest", guest };
  state.screen = "chat";
  state.name_error = null;
  return [{ do: "keep_guest", guest }, ...connect(state)];
}
