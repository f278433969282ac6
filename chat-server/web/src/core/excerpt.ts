/** A found text, cut around the first of the found words. */
import { oneLine } from "./text";

export interface Piece {
  text: string;
  found: boolean;
}

/** How much is shown before the first found word, and of all of it. */
const BEFORE = 60;
const MOST = 280;
/** So far a cut is moved to fall between two words. */
const NEAR = 20;

/** The text in pieces, by the places (UTF-16, in order) of what was found. */
export function excerpt(text: string, places: readonly (readonly [number, number])[]): Piece[] {
  const first = places[0]?.[0] ?? 0;
  const from = first + MOST / 2 > MOST && text.length > MOST ? begin(text, first - BEFORE) : 0;
  const to = text.length - from > MOST ? end(text, from + MOST) : text.length;
  const pieces: Piece[] = [];
  const add = (start: number, stop: number, found: boolean) => {
    const piece = oneLine(text.slice(Math.max(start, from), Math.min(stop, to)));
    if (piece) pieces.push({ text: piece, found });
  };
  let at = from;
  for (const [start, stop] of places) {
    if (start < at || stop <= start) continue;
    add(at, start, false);
    add(start, stop, true);
    at = stop;
  }
  add(at, to, false);
  if (from > 0) pieces.unshift({ text: "… ", found: false });
  if (to < text.length) pieces.push({ text: " …", found: false });
  return pieces;
}

/** A place at or shortly after this one where a word begins. */
function begin(text: string, at: number): number {
  const space = text.slice(at, at + NEAR).search(/\s/);
  return space >= 0 ? at + space + 1 : whole(text, at);
}

/** A place at or shortly before this one where a word ends. */
function end(text: string, at: number): number {
  const space = /\s\S*$/.exec(text.slice(at - NEAR, at));
  return space ? at - NEAR + space.index : whole(text, at);
}

/** Not between the halves of one character. */
function whole(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at - 1 : at;
}
