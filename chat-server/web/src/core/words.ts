/** The sentences that both clients show, filled in. */
import { WORDS } from "@proto";

export type Word = keyof typeof WORDS;

/** Puts values into a sentence; `{…}` without a value stays as it is. */
export function say(word: Word, values: Record<string, string | number> = {}): string {
  return WORDS[word].replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}
