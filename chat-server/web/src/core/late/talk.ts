/** Conversations with people. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { mentioned } from "../mentions";
import type { Draft } from "../outbox/book";
import type { Kept } from "../outbox/item";
import type { Person, RoomCopy, State } from "../state";
import { tooLong } from "../update/compose";
import { onNotEntered, withEntered } from "../update/draft";
import { open } from "../update/rooms";
import { enqueue } from "../update/send";

/** Opens the conversation with exactly these people; a text is said there, once it is there. */
export function talk(state: State, people: readonly Person[], text: string, stamp: Stamp): Effect[] {
  const others = people.filter(({ id }) => id !== state.me?.id);
  if (text && tooLong(state, text)) return onNotEntered(state, stamp.id);
  const known = conversation(state, others);
  const opener = { ...stamp, id: stamp.other };
  const opened = known
    ? open(state, known.room.id)
    : enqueue(state, { name: "direct:open", fields: { users: others.map(({ id }) => id) } }, opener);
  if (!text) return opened;
  const points: Kept["points_at"] = known ? null : { client_id: opener.id, field: "room" };
  const content = { type: "text" as const, text };
  const fields = { room: known?.room.id ?? "", content, mentions: mentioned(text, others) };
  return [...opened, ...leaving(state, stamp.id, enqueue(state, { name: "message:send", fields }, stamp, points))];
}

function conversation(state: State, others: readonly Person[]): RoomCopy | undefined {
  if (others.length === 0) return undefined;
  const wanted = key(others);
  return [...state.rooms.values()].find((copy) => copy.room.kind === "direct" && key(copy.others) === wanted);
}

const key = (people: readonly Person[]): string => [...new Set(people.map(({ id }) => id))].sort().join(" ");

/** The line that a composer held until the people were found leaves it in the transaction that stores the text. */
function leaving(state: State, id: string, effects: Effect[]): Effect[] {
  const draft = entered(state, id);
  if (!draft) return effects;
  return effects.map((effect) =>
    effect.do === "keep" && effect.verb.is === "add" ? { ...effect, verb: { ...effect.verb, draft } } : effect,
  );
}

/** What waits in a composer for a request of that id. */
function entered(state: State, id: string): Draft | null {
  const copy = withEntered(state, id);
  const text = copy?.entering.find((one) => one.id === id)?.text;
  return copy && text !== undefined ? { room: copy.room.id, text } : null;
}
