/** Keys by the names of the table of actions, such as `Ctrl+K` or `Alt+Down`. */
import { KEYS, type ActionId, type Context } from "@proto";

/** What a keyboard event tells. */
export interface Stroke {
  key: string;
  code: string;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
}

const NAMES: Record<string, string> = {
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  Escape: "Esc",
  " ": "Space",
};

/** The names under which a stroke may stand in the table. */
export function strokeNames(stroke: Stroke): string[] {
  const prefix = (stroke.ctrl ? "Ctrl+" : "") + (stroke.alt ? "Alt+" : "");
  const key = NAMES[stroke.key] ?? stroke.key;
  if (key.length > 1) return [prefix + (stroke.shift ? "Shift+" : "") + key];
  if (!prefix) return [key];
  // With Alt a layout may give another character: the place of the key decides then.
  const place = /^(?:Key|Digit)(.)$/.exec(stroke.code)?.[1] ?? (stroke.code === "Slash" ? "/" : null);
  return [...new Set([prefix + key.toUpperCase(), ...(place ? [prefix + place] : [])])];
}

/** The action of a stroke, in the contexts that count at this moment. */
export function actionOf(stroke: Stroke, contexts: readonly Context[]): { id: ActionId; key: string } | null {
  const names = strokeNames(stroke);
  for (const { id, context, page_keys } of KEYS) {
    const key = contexts.includes(context) && page_keys.find((key) => names.includes(key));
    if (key) return { id, key };
  }
  return null;
}
