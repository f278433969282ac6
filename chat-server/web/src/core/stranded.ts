/** Unsent lines that cannot be shown where they belong. */
import { roomOf, type Stranded } from "./outbox";
import type { State } from "./state";

/** Those of the offered ones that still wait, as they are now. */
export function peopleWhoWait(offered: readonly Stranded[], told: readonly Stranded[]): Stranded[] {
  return told.filter(({ pair }) =>
    offered.some((one) => one.pair.server === pair.server && one.pair.user === pair.user),
  );
}

/** Own failed messages whose room is not mine any more. */
export function homeless(state: State): { client_id: string; text: string }[] {
  return state.outbox.items.flatMap((item) => {
    const lost = item.is === "failed" && !state.rooms.has(roomOf(item) ?? "");
    if (!lost || (item.name !== "message:send" && item.name !== "message:edit")) return [];
    return [{ client_id: item.client_id, text: item.fields.content.text }];
  });
}
