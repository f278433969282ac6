/**
 * What stands unsent in a composer. It is kept as it is typed, and what is entered stays there until
 * storage has it as a request: only then is it said.
 */
import type { Effect } from "../effect";
import { find } from "../outbox";
import { restAfter } from "../outbox/book";
import { currentRoom, type RoomCopy, type State } from "../state";
import { keep } from "./keep";

/** What stands in the composer beyond what is being stored already. */
export function beyond(copy: RoomCopy): string {
  const said = copy.entering.filter(({ mode }) => mode.is !== "edit");
  return said.reduce((text, entered) => restAfter(text, entered.text), copy.draft);
}

/**
 * Does what was entered. Where that makes a request, the text stays in the composer until it is
 * stored; where it makes none, the text is gone, unless it was to be said.
 */
export function enter(copy: RoomCopy, text: string, is: "say" | "command", act: () => Effect[]): Effect[] {
  const whole = copy.draft;
  copy.draft = whole.slice(0, whole.length - text.length);
  const { mode } = copy;
  const effects = act();
  // Where a line asks for two things, the second is what it says.
  const effect = effects.findLast((effect) => effect.do === "keep" && effect.verb.is === "add");
  const request = effect?.do === "keep" && effect.verb.is === "add" ? effect.verb : null;
  if (request || is === "say") copy.draft = whole;
  if (!request) return effects;
  copy.entering.push({ id: request.item.client_id, text, mode });
  // The same transaction takes it out of the draft.
  copy.draft_told = beyond(copy);
  const verb = { ...request, draft: { room: copy.room.id, text } };
  return effects.map((other) => (other.do === "keep" && other.verb === request ? { ...other, verb } : other));
}

/** Whether what the composer holds in this mode is being stored already. */
export function isEntering(copy: RoomCopy): boolean {
  return copy.entering.some(({ mode }) => mode === copy.mode);
}

/** It is stored: what was entered leaves the composer. */
export function onEntered(state: State, id: string): Effect[] {
  const copy = withEntered(state, id);
  const entered = copy?.entering.find((one) => one.id === id);
  if (!copy || !entered) return [];
  copy.entering = copy.entering.filter((one) => one !== entered);
  if (entered.mode.is === "edit") {
    if (copy.mode === entered.mode) copy.draft = entered.mode.stash;
  } else if (copy.mode.is === "edit") copy.mode.stash = restAfter(copy.mode.stash, entered.text);
  else copy.draft = restAfter(copy.draft, entered.text);
  if (copy.mode === entered.mode) copy.mode = { is: "say" };
  const shows = copy === currentRoom(state) && find(state.outbox, id)?.name === "message:send";
  return shows ? [{ do: "scroll", to: "bottom" }] : [];
}

/** It is not: what was entered is what it was before, a draft. */
export function onNotEntered(state: State, id: string): Effect[] {
  const copy = withEntered(state, id);
  if (copy) copy.entering = copy.entering.filter((one) => one.id !== id);
  return [];
}

/** The room in whose composer that waits. */
export function withEntered(state: State, id: string): RoomCopy | undefined {
  return [...state.rooms.values()].find(({ entering }) => entering.some((one) => one.id === id));
}

/** Has each draft kept that is another than storage was told. */
export function keepDrafts(state: State): Effect[] {
  if (!state.outbox.ready) return [];
  return [...state.rooms.values()].flatMap((copy) => {
    const text = draftOf(copy);
    if (text === copy.draft_told) return [];
    copy.draft_told = text;
    return keep(state, { is: "draft", room: copy.room.id, text });
  });
}

/** The stored drafts. One that another page of mine has written is taken over, unless something was typed here. */
export function onDrafts(state: State, drafts: Record<string, string>): void {
  if (state.draft_writes > 0) return;
  state.outbox.drafts = drafts;
  for (const copy of state.rooms.values()) takeDraft(copy, drafts[copy.room.id] ?? "");
}

function takeDraft(copy: RoomCopy, stored: string): void {
  const here = draftOf(copy);
  const typed = here !== "" && here !== copy.draft_taken;
  if (typed || stored === here || copy.entering.length > 0) return;
  copy.draft_taken = stored;
  copy.draft_told = stored;
  if (copy.mode.is === "edit") copy.mode.stash = stored;
  else copy.draft = stored;
}

/** While a message is edited, the draft waits beneath. */
function draftOf(copy: RoomCopy): string {
  return copy.mode.is === "edit" ? copy.mode.stash : beyond(copy);
}
