/** Who is a friend: the question, the answer, and the end. */
import type { Author, Friend, Friendship } from "@proto";
import type { Handler } from "../actions";
import { askOnline } from "./rooms";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { isFriends, isPlace, isQuestion } from "../friends";
import type { Friendly, Step } from "../late";
import type { State } from "../state";
import { ask } from "../update/ask";
import { complain, tell } from "../update/notice";
import { open } from "../update/rooms";
import { enqueue } from "../update/send";
import { say } from "./words";
import { bare, called, seek } from "./find";

/** How the two stand to one another where a step can be taken. */
const WHERE: Record<Exclude<Step, "ask">, readonly Friendship[]> = {
  accept: ["asks_you"],
  refuse: ["asks_you"],
  remove: ["friends", "you_asked"],
};

export const FRIEND_ACTIONS = {
  friend: (state, argument, stamp) => {
    if (!hasAccount(state)) return [];
    const [, word, rest = ""] = /^(accept|refuse|remove|list)(?:\s+([^]*))?$/i.exec(argument) ?? [];
    const step = word?.toLowerCase() as Exclude<Step, "ask"> | "list" | undefined;
    const name = bare(step ? rest : argument);
    if (step === "list" || (!step && !name)) {
      state.dialog = { is: "friends" };
      return askOnline(state, "friend:list", {}, { is: "late", of: { is: "friends", ends: null } });
    }
    if (!name) {
      complain(state, say("COMMAND_USAGE", { command: "friend", arguments: `${step} <name>` }));
      return [];
    }
    // Who is meant is known best by how the two stand to one another.
    const fitting = step ? (state.friends ?? []).filter((friend) => WHERE[step].includes(friend.state)) : [];
    const near = called(
      fitting.map(({ user }) => user),
      name,
    );
    if (step && near.length === 1) return befriend(state, step, near[0]!, stamp);
    return seek(state, [name], { is: "befriend", step: step ?? "ask" }, stamp);
  },

  friends: (state) => {
    if (!hasAccount(state)) return [];
    const own = [...state.rooms.values()].find((copy) => isFriends(copy) && isPlace(copy));
    if (own) return open(state, own.room.id);
    tell(state, say("NO_FRIENDS"));
    return [];
  },

  refuse: (state, _, stamp) => {
    const user = askedBy(state);
    return user ? befriend(state, "refuse", user, stamp) : [];
  },
} satisfies Record<string, Handler>;

/** Guests have no friends: they are told how to become more. */
function hasAccount(state: State): boolean {
  const account = state.me?.kind === "account";
  if (!account) complain(state, say("FRIENDS_ARE_ACCOUNTS"));
  return account;
}

/** Takes the step; what cannot be undone is asked about first. */
export function befriend(state: State, step: Step, { id, name }: Friendly, stamp: Stamp): Effect[] {
  if (step === "remove") {
    // What it would end is for the server to say at this moment.
    return askOnline(state, "friend:list", {}, { is: "late", of: { is: "friends", ends: { id, name } } });
  }
  return enqueue(state, { name: `friend:${step}`, fields: { user: id } }, stamp);
}

export function refresh(state: State): Effect[] {
  state.friends = state.me?.kind === "account" ? state.friends : null;
  if (state.me?.kind !== "account") return [];
  return ask(state, "friend:list", {}, { is: "late", of: { is: "friends", ends: null } });
}

export function onFriends(state: State, friends: Friend[], ends: Friendly | null, stamp: Stamp): Effect[] {
  state.friends = friends;
  if (!ends) return [];
  if (friends.some(({ user, state }) => user.id === ends.id && state === "friends")) {
    state.dialog = { is: "unfriend", user: ends };
    return [];
  }
  return endFriendship(state, ends, stamp);
}

/** Ends the friendship, or takes the own question back. */
export function endFriendship(state: State, { id }: Friendly, stamp: Stamp): Effect[] {
  return enqueue(state, { name: "friend:remove", fields: { user: id } }, stamp);
}

/** Who asks by the chosen line. */
export function askedBy(state: State): Author | null {
  const line = typeof state.chosen === "number" && state.rooms.get(state.current ?? "")?.timeline.line(state.chosen);
  return line && isQuestion(state, line) ? line.author : null;
}
