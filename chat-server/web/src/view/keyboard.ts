/** Keys run the table of actions; what the table does not name stays the browser's. */
import type { Context } from "@proto";
import { actionOf, type Stroke } from "../core/keys";
import { act, app, dispatch } from "../rim/app.svelte";

export function onKey(event: KeyboardEvent): void {
  // An input method's own keys are not ours, Enter above all.
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const state = app();
  if (state.screen !== "chat" || state.dialog) return;
  const target = event.target instanceof Element ? event.target : null;
  const composer = target instanceof HTMLTextAreaElement;
  if (target instanceof HTMLInputElement) return;
  // A button's own keys press it.
  const pressed = target instanceof HTMLButtonElement && (event.key === "Enter" || event.key === " ");
  const choosing = state.chosen !== null && !composer;
  if (choosing && !pressed && moveChoice(event)) return;
  const contexts: Context[] = ["global"];
  if (choosing && !pressed) contexts.unshift("message");
  if (composer) contexts.unshift("composer");
  const found = actionOf(strokeOf(event), contexts);
  if (!found) {
    if (!composer) toComposer(event);
    return;
  }
  const { id, key } = found;
  if (id === "select_message" && !empty(target)) return;
  event.preventDefault();
  act(id, id === "room_by_number" ? key : "");
}

export function strokeOf(event: KeyboardEvent): Stroke {
  return {
    key: event.key,
    code: event.code,
    ctrl: event.ctrlKey || event.metaKey,
    alt: event.altKey,
    shift: event.shiftKey,
  };
}

function moveChoice(event: KeyboardEvent): boolean {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return false;
  event.preventDefault();
  dispatch({ type: "moved_choice", by });
  return true;
}

/** Up chooses a message only where there is nothing to move in. */
function empty(target: Element | null): boolean {
  return target instanceof HTMLTextAreaElement && target.value === "";
}

/** Whoever begins to type means the composer, wherever the focus is. */
function toComposer(event: KeyboardEvent): void {
  const types = [...event.key].length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (types) document.querySelector("textarea")?.focus();
}
