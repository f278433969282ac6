/** Texts of others, made harmless and short. */

/**
 * Makes what steers a screen visible: control characters as their pictures, and characters that
 * turn the writing direction for what follows them as a replacement character.
 */
export function harmless(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/\u007f/g, "\u2421")
    .replace(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
    .replace(/[\u2028\u2029]/g, "\n");
}

/** The same for what is drawn on one line. */
export function oneLine(text: string): string {
  return harmless(text).replace(/\s*\n\s*/g, " ");
}

/** The first characters, with `…` where something was cut. */
export function short(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : characters.slice(0, most - 1).join("") + "…";
}

export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The first link of a text that the page would open. */
export function firstLink(text: string): string | null {
  const found = /\b(?:https?:\/\/|mailto:)[^\s<>"'`]+/i.exec(text)?.[0].replace(/[.,;:!?)\]]+$/, "");
  return found && safeLink(found) ? found : null;
}

/** Whether a link leads to where links of messages may lead. */
export function safeLink(href: string): boolean {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}
