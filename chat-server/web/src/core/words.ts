/** The sentences that both clients show, filled in: those that the page begins with. The others are in `late/`. */
import { WORDS } from "@proto";

export type Word = keyof typeof WORDS;
export type Values = Record<string, string | number>;

export function say(word: Word, values: Values = {}): string {
  return fill(WORDS[word], values);
}

/** Puts values into a sentence; `{…}` without a value stays as it is. */
export function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}
