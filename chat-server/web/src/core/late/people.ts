/** Who somebody is, and what they may do. */
import type { RoomRole, ServerRole, User } from "@proto";
import type { Handler } from "../actions";
import { askOnline } from "./rooms";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { Person, State } from "../state";
import { complain } from "../update/notice";
import { enqueue } from "../update/send";
import { say } from "./words";
import { addressed, bare, called, here, met, seek } from "./find";

const ROLES: readonly RoomRole[] = ["member", "moderator", "owner"];

export const PEOPLE_ACTIONS = {
  kick: (state, argument, stamp) => {
    const room = state.current;
    const name = bare(argument);
    const user = inRoom(state, name);
    if (room === null) return [];
    return user ? wishKick(state, room, user) : seek(state, [name], { is: "kick", room }, stamp);
  },

  role: (state, argument, stamp, command) => {
    const room = state.current;
    const wish = roleIn(state, argument, "role", command);
    if (room === null || !wish) return [];
    const user = inRoom(state, wish.name);
    if (user) return giveRole(state, room, user.id, wish.role, stamp);
    return seek(state, [wish.name], { is: "role", room, role: wish.role }, stamp);
  },

  server_role: (state, argument, stamp, command) => {
    const wish = roleIn(state, argument, "serverrole", command);
    return wish ? seek(state, [wish.name], { is: "server_role", role: wish.role }, stamp) : [];
  },

  whois: (state, argument, stamp) => {
    const name = bare(argument);
    const near = inRoom(state, name);
    return near ? lookAt(state, near) : seek(state, [name], { is: "whois" }, stamp);
  },

  direct: (state, argument, stamp) => {
    const { names, text } = addressed(argument, met(state));
    return seek(state, names, { is: "direct", text, id: stamp.id }, stamp);
  },

  claim: (state, code) => askOnline(state, "server:claim", { code }, { is: "late", of: { is: "claim" } }),
} satisfies Record<string, Handler>;

/** Who stands in the list beside the room is meant first; the server knows the others. */
function inRoom(state: State, name: string): User | null {
  const found = called(here(state), name);
  return found.length === 1 ? found[0]! : null;
}

/** Reads `NAME ROLE`, or says what is wrong with it. */
function roleIn(
  state: State,
  argument: string,
  usual: string,
  command: string,
): { name: string; role: RoomRole } | null {
  const [, name, word] = /^(.*\S)\s+(\S+)$/.exec(argument) ?? [];
  const role = ROLES.find((role) => role === word?.toLowerCase());
  if (name && role) return { name: bare(name), role };
  const usage = { command: command || usual, arguments: "<name> <member|moderator|owner>" };
  complain(state, name && word ? say("NO_SUCH_ROLE", { role: word }) : say("COMMAND_USAGE", usage));
  return null;
}

export function wishKick(state: State, room: string, { id, name, identity }: Person): Effect[] {
  state.dialog = { is: "kick", room, user: { id, name, identity } };
  return [];
}

export function giveRole(state: State, room: string, user: string, role: RoomRole, stamp: Stamp): Effect[] {
  return enqueue(state, { name: "room:set_role", fields: { room, user, role } }, stamp);
}

/** Shows who somebody is. */
export function lookAt(state: State, { id, name, identity }: Person): Effect[] {
  state.dialog = { is: "person", room: state.current, user: { id, name, identity }, profile: null };
  return askOnline(state, "user:read", { user: id }, { is: "late", of: { is: "profile", user: id } });
}

export function inviteThem(state: State, room: string, people: readonly User[], stamp: Stamp): Effect[] {
  return people.flatMap(({ id: user }) => enqueue(state, { name: "room:invite", fields: { room, user } }, stamp));
}

export function raise(state: State, user: User, role: ServerRole): Effect[] {
  const purpose = { is: "late", of: { is: "server_role", user, role } } as const;
  return askOnline(state, "user:set_role", { user: user.id, role }, purpose);
}
