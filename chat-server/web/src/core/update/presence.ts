/** Who is here, who types, who is called what. */
import type { PresenceChanged, ReadChanged, TypingChanged, User } from "@proto";
import type { Effect } from "../effect";
import { meet } from "../people";
import type { State } from "../state";
import { ask } from "./ask";
import { figures } from "./read";

/** The server tells when somebody stops; this is for the case that its word was lost. */
const TYPING_MS = 30_000;

export function onPresence(state: State, { room, online, total, changes, gone }: PresenceChanged): Effect[] {
  const copy = state.rooms.get(room);
  if (!copy) return [];
  Object.assign(copy, { online, total });
  for (const member of changes) meet(copy, member);
  // Who is offline is listed as such; who was on a visit or left is not listed at all.
  for (const id of gone) copy.people.delete(id);
  return [];
}

export function onTyping(state: State, { room, users }: TypingChanged): Effect[] {
  const copy = state.rooms.get(room);
  if (copy) copy.typing = { users: users.filter(({ id }) => id !== state.me?.id), until: state.now + TYPING_MS };
  return [];
}

export function onRead(state: State, { room, read }: ReadChanged): Effect[] {
  const copy = state.rooms.get(room);
  if (copy) figures(copy, read);
  return [];
}

export function onUser(state: State, user: User): Effect[] {
  for (const copy of state.rooms.values()) {
    const known = copy.people.get(user.id);
    // A role that everybody has is left out.
    if (known) meet(copy, { ...known, ...user, role: user.role });
    if (copy.others.some(({ id }) => id === user.id)) {
      copy.others = copy.others.map((other) => (other.id === user.id ? user : other));
    }
  }
  if (state.me?.id !== user.id) return [];
  state.me = user;
  if (state.credentials?.as !== "guest" || state.credentials.guest.name === user.name) return [];
  const guest = { ...state.credentials.guest, name: user.name };
  state.credentials = { as: "guest", guest };
  state.guest = guest;
  return [{ do: "keep_guest", guest }];
}

/** Somebody touched the page: whoever was away without saying so is back. */
export function onActive(state: State): Effect[] {
  state.input_at = state.now;
  if (state.away !== "idle") return [];
  state.away = "no";
  return ask(state, "presence:set", { away: false }, { is: "quiet" });
}

export function setAway(state: State, away: State["away"]): Effect[] {
  state.away = away;
  state.input_at = state.now;
  return ask(state, "presence:set", { away: away !== "no" }, { is: "quiet" });
}
