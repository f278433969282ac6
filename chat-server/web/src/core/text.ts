/** Texts of others, made harmless and short. */

/**
 * The text without what could steer a screen, as the terminal client shows it too: characters that
 * turn the writing direction are dropped, other control characters become a replacement character.
 */
export function harmless(text: string): string {
  return text
    .replace(/\r\n|[\r\u0085\u2028\u2029\v\f]/g, "\n")
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc1f]/g, "\ufffd");
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

/** Whether a line of the composer is a command. */
export function isCommand(line: string): boolean {
  return line.startsWith("/") && !line.startsWith("//");
}

export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether a link leads to where links of messages may lead. */
export function safeLink(href: string): boolean {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}
