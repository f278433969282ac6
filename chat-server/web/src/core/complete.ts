/** What the word before the caret could become: a command, a room, a name or an emoji. */
import { ACTIONS } from "@proto";
import { SUMMARIES } from "@summaries";
import { findEmoji } from "./emoji";
import type { State } from "./state";
import { currentRoom, listed } from "./state";
import { peopleOf } from "./people";

export interface Option {
  /** What is put in. */
  insert: string;
  label: string;
  hint: string;
}

/** The part of the text that is replaced, and with what. */
export interface Completion {
  from: number;
  to: number;
  options: Option[];
}

const MOST = 8;

/**
 * `asked` is a Tab: then a bare word counts as the beginning of a name too. Without it the list
 * opens by itself, for what begins with one of the signs `/ # @ :`.
 */
export function complete(state: State, text: string, caret: number, asked: boolean): Completion | null {
  const before = text.slice(0, caret);
  const word = /(?:^|\s)(\S*)$/.exec(before)?.[1] ?? "";
  const from = caret - word.length;
  const made = (options: Option[]) => (options.length ? { from, to: caret, options } : null);
  if (from === 0 && word.startsWith("/") && !word.startsWith("//")) return made(commands(word.slice(1)));
  const command = /^\/(\w+)\s/.exec(before)?.[1]?.toLowerCase();
  if (command && ["join", "j", "goto"].includes(command)) return made(rooms(state, word.replace(/^#/, ""), ""));
  if (word.startsWith("#")) return made(rooms(state, word.slice(1), "#"));
  if (word.startsWith("@")) return made(names(state, word.slice(1)));
  if (/^:[\w+-]{2,}$/.test(word) || (command === "react" && word && asked)) return made(emoji(word.replace(/^:/, "")));
  return asked && word ? made(names(state, word)) : null;
}

function commands(start: string): Option[] {
  const wanted = start.toLowerCase();
  return ACTIONS.filter((action) => !action.not_in_page)
    .flatMap((action) => action.commands.map((command) => ({ command, action })))
    .filter(({ command }) => command.startsWith(wanted))
    .map(({ command, action }) => ({
      insert: `/${command} `,
      label: `/${command} ${action.arguments}`.trim(),
      hint: SUMMARIES[action.id],
    }))
    .slice(0, MOST);
}

function rooms(state: State, start: string, sign: string): Option[] {
  const wanted = start.toLowerCase();
  return listed(state)
    .filter(({ room }) => room.name.startsWith(wanted))
    .map(({ room }) => ({ insert: `${sign}${room.name} `, label: `#${room.name}`, hint: room.topic }))
    .slice(0, MOST);
}

function names(state: State, start: string): Option[] {
  const wanted = start.toLowerCase();
  const copy = currentRoom(state);
  return (copy ? peopleOf(copy) : [])
    .filter(({ id }) => id !== state.me?.id)
    .filter(({ name, identity }) => name.toLowerCase().startsWith(wanted) || identity?.startsWith(wanted))
    .map(({ name, identity }) => ({ insert: `@${name} `, label: name, hint: identity ?? "" }))
    .slice(0, MOST);
}

function emoji(start: string): Option[] {
  return findEmoji(start, MOST).map(({ name, emoji }) => ({ insert: `${emoji} `, label: emoji, hint: `:${name}:` }));
}
