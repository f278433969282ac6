/** The connection and its supervisor. */
import { LENGTHS, PROTOCOL, type Auth, type Error as WireError, type Welcome } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { cut, emptyOutbox, setAside } from "../outbox";
import type { State } from "../state";
import { say } from "../words";
import { ask } from "./ask";
import { onPageRefused } from "./history";
import { keep, look } from "./keep";
import { tell } from "./notice";
import { askMembers } from "./rooms";
import { forgetLost } from "./send";
import { askSync, onSync, restart } from "./sync";

declare const __VERSION__: string;

/** How long a connection may take from its beginning to `welcome`. */
const OPEN_MS = 15_000;
/** How long a server may take to end a connection that it said it would end. */
const CLOSE_MS = 10_000;
const SHORTEST_MS = 500;
const LONGEST_MS = 10_000;

/** The server ends the connection itself, once it has answered what it took. */
export function onClosing(state: State, error: WireError): Effect[] {
  state.closing = { error, until: state.now + CLOSE_MS };
  return [];
}

/** Opens a connection as who we are, in place of any other. */
export function connect(state: State): Effect[] {
  if (!state.session_known) {
    state.link = { is: "opening", since: state.now };
    return [{ do: "read_session" }];
  }
  if (!state.credentials) return [];
  const common: Auth = { client: `web/${__VERSION__}`, protocol: PROTOCOL };
  const { credentials } = state;
  const auth: Auth =
    credentials.as === "guest" ? { guest: credentials.guest.name, token: credentials.guest.token, ...common } : common;
  state.attempt++;
  state.closing = null;
  state.silent = true;
  state.link = { is: "opening", since: state.now };
  return [{ do: "connect", attempt: state.attempt, auth }];
}

/** Something came. Until then, what is held stays to be read: it may be long. */
export function onHeard(state: State): void {
  if (!state.silent) return;
  state.silent = false;
  for (const copy of state.rooms.values()) {
    if (copy.timeline.reconnected()) restart(state, copy, copy.timeline.epoch);
    // Where the log ends is told anew: an older database that was copied back is shorter.
    const { cursor } = copy.timeline;
    copy.head = cursor ? { seq: cursor.seq, id: cursor.id } : { seq: 0, id: "" };
    copy.n = 0;
  }
}

/** Ends the connection to come back at once, perhaps as somebody else. */
export function connectAnew(state: State): Effect[] {
  return [...end(state), { do: "disconnect" }, ...connect(state)];
}

export function onWelcome(state: State, { server, user, limits, sync }: Welcome, stamp: Stamp): Effect[] {
  if (state.server && state.me && (state.server.id !== server.id || state.me.id !== user.id)) strand(state);
  const held = [...state.rooms.values()].some((copy) => copy.timeline.cursor);
  state.server = server;
  state.server_name = server.name;
  state.limits = limits;
  state.link = { is: "connected" };
  state.screen = "chat";
  state.name_error = null;
  const first = !state.ever_welcomed;
  state.ever_welcomed = true;
  const effects = takeUser(state, user);
  effects.push(...onSync(state, sync, stamp.random, false));
  forgetLost(state);
  if (held) effects.push(...askSync(state));
  if (state.current !== null && !first) effects.push(...askMembers(state, state.current));
  if (state.away !== "no") effects.push(...ask(state, "presence:set", { away: true }, { is: "quiet" }));
  return [...effects, ...look(state)];
}

/** Who we are here; a guest may be called otherwise than they wished. */
function takeUser(state: State, user: State["me"] & object): Effect[] {
  state.me = user;
  const { credentials } = state;
  if (credentials?.as !== "guest" || credentials.guest.name === user.name) return [];
  if (state.wished === credentials.guest.name)
    tell(state, say("NAME_WAS_TAKEN", { wished: state.wished, name: user.name }));
  const guest = { ...credentials.guest, name: user.name };
  state.credentials = { as: "guest", guest };
  state.guest = guest;
  return [{ do: "keep_guest", guest }];
}

/** Another server or another user: nothing of the former pair's is shown or sent here. Storage has it. */
function strand(state: State): void {
  state.outbox = emptyOutbox();
  state.put_off = [];
  state.draft_writes = 0;
  state.stranded = [];
  state.rooms.clear();
  state.friends = null;
  forgetSearch(state);
  state.current = null;
  state.previous = null;
  state.chosen = null;
}

/** What was found was found for somebody else. */
function forgetSearch(state: State): void {
  state.search = null;
  state.jumping = null;
  if (state.dialog?.is === "search") state.dialog = null;
}

/** The connection ended, or was refused. */
export function onLost(state: State, error: WireError | null, random: number): Effect[] {
  const effects = end(state);
  const reason = error ?? state.closing?.error ?? null;
  if (reason?.retry === "never") return [...effects, ...onFinal(state, reason)];
  const growing = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(state.tries, 5));
  const delay = reason?.retry_after_ms ?? Math.max(SHORTEST_MS, growing * (0.5 + random / 2));
  state.tries++;
  state.closing = null;
  state.link = { is: "waiting", until: state.now + delay };
  return effects;
}

/** A refusal that trying again cannot change. */
function onFinal(state: State, error: WireError): Effect[] {
  state.closing = null;
  state.link = { is: "failed", reason: error.message };
  const wrongName = error.field === "guest" || error.code === "name_taken";
  if (error.code !== "signed_out" && !wrongName) return [];
  // Whoever the token belonged to, it is of no use any more.
  const guest = state.credentials?.as === "guest";
  state.wished = state.me?.name ?? state.wished;
  state.credentials = null;
  if (guest) state.guest = null;
  state.screen = "name";
  forgetSearch(state);
  state.name_error = say("FAILED", { reason: error.message });
  return guest ? [{ do: "keep_guest", guest: null }] : [];
}

/** Gives up what was under way on the connection. */
function end(state: State): Effect[] {
  const culprit = state.link.is === "connected" ? cut(state.outbox, state.now) : null;
  const asked = [...state.requests.values()];
  state.requests.clear();
  const effects: Effect[] = [];
  for (const { purpose } of asked) {
    if (purpose.is === "history") onPageRefused(state, purpose, null);
    if (purpose.is === "late") effects.push(...(state.late?.onError(state, purpose.of, null) ?? []));
  }
  for (const copy of state.rooms.values()) copy.typing.users = [];
  if (state.dialog?.is === "account") state.dialog.busy = false;
  state.sync_at = Infinity;
  state.sync_again = false;
  state.typing_sent = null;
  state.outbox.look_at = Infinity;
  if (!culprit) return effects;
  const error = { code: "unknown", message: say("CUTS_THE_LINE"), retry: "never" } as const;
  return [...effects, ...keep(state, setAside(state.outbox, culprit, error))];
}

/** What the clock does to the connection. */
export function onLinkTime(state: State, random: number): Effect[] {
  const { link } = state;
  if (link.is === "waiting" && state.now >= link.until) return connect(state);
  if (state.closing && state.now >= state.closing.until) return [{ do: "disconnect" }, ...onLost(state, null, random)];
  if (link.is === "opening" && state.now >= link.since + OPEN_MS) {
    return [{ do: "disconnect" }, ...onLost(state, null, random)];
  }
  return [];
}

export function linkDue(state: State): number {
  const { link } = state;
  if (state.closing) return state.closing.until;
  if (link.is === "opening") return link.since + OPEN_MS;
  if (link.is !== "waiting") return Infinity;
  // The seconds are counted down before the reader's eyes.
  const left = link.until - state.now;
  return left <= 0 ? state.now : link.until - Math.max(0, Math.ceil(left / 1_000) - 1) * 1_000;
}

/** Nobody has touched anything for so long. */
export function awayDue(state: State): number {
  return state.away === "no" && state.link.is === "connected" ? state.input_at + LENGTHS.away_ms : Infinity;
}
