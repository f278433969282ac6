/** Links in messages. */
import { safeLink } from "../text";

/** The first link of a text that the page would open. */
export function firstLink(text: string): string | null {
  const found = /\b(?:https?:\/\/|mailto:)[^\s<>"'`]+/i.exec(text)?.[0].replace(/[.,;:!?)\]]+$/, "");
  return found && safeLink(found) ? found : null;
}
