/** Bots, the tokens that they come in by, and their end. */
import type { Scope, TokenCreated, TokenInfo } from "@proto";
import type { Handler } from "../actions";
import { askOnline } from "./rooms";
import type { Effect } from "../effect";
import type { State } from "../state";
import { ask } from "../update/ask";
import { complain, tell } from "../update/notice";
import { say } from "./words";

const SCOPES: readonly Scope[] = ["read", "send", "hook"];

export const BOT_ACTIONS = {
  token: (state, line) => {
    if (line === "") return list(state);
    const [, verb, rest] = /^(\S+)\s+(.+)$/s.exec(line) ?? [];
    if (verb === "create") return create(state, rest!.trim());
    if (verb === "revoke") return revoke(state, rest!.trim());
    return usage(state);
  },
} satisfies Record<string, Handler>;

function list(state: State): Effect[] {
  const asked = askOnline(state, "token:list", {}, { is: "late", of: { is: "tokens" } });
  if (asked.length > 0) state.dialog = { is: "bots", tokens: null, made: null };
  return asked;
}

/** `NAME SCOPES [signed]`; a name may have spaces in it, the scopes have none. */
function create(state: State, line: string): Effect[] {
  const room = state.current;
  const [, name, words, signed] = /^(.+?)\s+(\S+?)(\s+signed)?$/s.exec(line) ?? [];
  if (room === null) return [];
  if (name === undefined || words === undefined) return usage(state);
  const scopes: Scope[] = [];
  for (const word of words.split(",").filter((word) => word !== "")) {
    const scope = SCOPES.find((scope) => scope === word.toLowerCase());
    if (scope === undefined) {
      complain(state, say("NO_SUCH_SCOPE", { scope: word }));
      return [];
    }
    scopes.push(scope);
  }
  const request = { name, scopes, rooms: [room], ...(signed ? { signed: true } : {}) };
  return askOnline(state, "token:create", request, { is: "late", of: { is: "token_made" } });
}

function revoke(state: State, number: string): Effect[] {
  const info = state.tokens[Number(number) - 1];
  if (info) return endToken(state, info.id);
  complain(state, say("NO_SUCH_BOT", { number }));
  return [];
}

function usage(state: State): Effect[] {
  complain(
    state,
    say("COMMAND_USAGE", {
      command: "token",
      arguments: "[create <name> <read,send,hook> [signed] | revoke <number>]",
    }),
  );
  return [];
}

export function endToken(state: State, id: string): Effect[] {
  return askOnline(state, "token:revoke", { id }, { is: "late", of: { is: "token_ended" } });
}

/** The token is shown until the dialog is closed, and kept nowhere. */
export function onTokenMade(state: State, made: TokenCreated): Effect[] {
  state.dialog = { is: "bots", tokens: null, made };
  return ask(state, "token:list", {}, { is: "late", of: { is: "tokens" } });
}

export function onTokens(state: State, tokens: TokenInfo[]): Effect[] {
  state.tokens = tokens;
  if (state.dialog?.is === "bots") state.dialog = { ...state.dialog, tokens };
  return [];
}

export function onTokenEnded(state: State): Effect[] {
  tell(state, say("TOKEN_ENDED"));
  return ask(state, "token:list", {}, { is: "late", of: { is: "tokens" } });
}
