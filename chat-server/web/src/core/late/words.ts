/** All sentences that both clients show, filled in. */
import { LATE_WORDS } from "@late";
import { WORDS } from "@proto";
import { fill, type Values } from "../words";

const ALL = { ...WORDS, ...LATE_WORDS };

export type Word = keyof typeof ALL;

export function say(word: Word, values: Values = {}): string {
  return fill(ALL[word], values);
}
