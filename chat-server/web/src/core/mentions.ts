/** Who is meant by `@name`. */
import { LENGTHS } from "@proto";

export interface Named {
  id: string;
  name: string;
  identity?: string;
}

/** A piece of text; `id` where it names somebody. */
export interface Piece {
  text: string;
  id: string | null;
}

/** Cuts a text at the mentions of these people; the longest name that fits counts. */
export function pieces(text: string, people: readonly Named[]): Piece[] {
  const names = people
    .flatMap(({ id, name, identity }) => [name, ...(identity ? [identity] : [])].map((name) => ({ id, name })))
    .filter(({ name }) => name !== "")
    .sort((a, b) => b.name.length - a.name.length);
  const out: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (at < from || /[\p{L}\p{N}_]$/u.test(text.slice(0, at))) continue;
    const found = names.find(({ name }) => {
      const end = at + 1 + name.length;
      return text.slice(at + 1, end).toLowerCase() === name.toLowerCase() && !/^[\p{L}\p{N}_]/u.test(text.slice(end));
    });
    if (!found) continue;
    if (at > from) out.push({ text: text.slice(from, at), id: null });
    from = at + 1 + found.name.length;
    out.push({ text: text.slice(at, from), id: found.id });
  }
  if (from < text.length) out.push({ text: text.slice(from), id: null });
  return out;
}

/** The ids of those whom a text mentions, each once. */
export function mentioned(text: string, people: readonly Named[]): string[] {
  const ids = pieces(text, people).flatMap((piece) => (piece.id ? [piece.id] : []));
  return [...new Set(ids)].slice(0, LENGTHS.mentions);
}
