/** `sync`: where my rooms stand. Its answer is complete. */
import type { Epoch, RoomState, SyncReply } from "@proto";
import type { Effect } from "../effect";
import { Timeline } from "../fold";
import { synced } from "../outbox";
import { currentRoom, listed, type RoomCopy, type State } from "../state";
import { ask, underWay } from "./ask";
import { isFriends } from "../friends";
import { standOf } from "../lines";
import { catchUp, GRACE_MS, readHead } from "./history";
import { meet } from "../people";
import { figures } from "./read";
import { askMembers, open } from "./rooms";

const MOST = 2_000;

export function askSync(state: State): Effect[] {
  if (underWay(state, (purpose) => purpose.is === "sync")) {
    state.sync_again = true;
    return [];
  }
  const cursors = [...state.rooms.values()].flatMap(({ room, timeline }) => {
    const place = timeline.checkpoint();
    return place ? [{ room: room.id, ...place }] : [];
  });
  const show = state.current !== null ? [state.current] : [];
  return ask(state, "sync", { cursors: cursors.slice(0, MOST), show }, { is: "sync" });
}

/** The answer of a `sync` with our cursors, or (not `whole`) the one that came with `welcome`. */
export function onSync(state: State, reply: SyncReply, random: number, whole: boolean): Effect[] {
  const effects: Effect[] = [];
  state.sync_at = state.now + state.limits.sync_ms * (0.8 + 0.4 * random);
  synced(state.outbox);
  const mine = new Set(reply.rooms.map(({ room }) => room.id));
  for (const id of [...state.rooms.keys()]) if (!mine.has(id)) state.rooms.delete(id);
  for (const told of reply.rooms) effects.push(...take(state, told, whole));
  for (const { room, online, total, members } of reply.presence) {
    const copy = state.rooms.get(room);
    if (!copy) continue;
    Object.assign(copy, { online, total });
    if (members.length === 0) continue;
    const here = new Set(members.map(({ id }) => id));
    const went = [...copy.people.values()].some(({ id, presence }) => presence !== "offline" && !here.has(id));
    // That somebody went we were not told; whether they are a member at all, neither.
    if (went) effects.push(...askMembers(state, room));
    for (const member of members) meet(copy, member);
  }
  if (state.wanted !== null && state.rooms.has(state.wanted)) {
    effects.push(...open(state, state.wanted));
    state.wanted = null;
  } else if (!currentRoom(state)) {
    const known = [state.previous, state.remembered].flatMap((id) => (id && state.rooms.get(id)) || []);
    const next = known[0] ?? listed(state)[0];
    if (next) effects.push(...open(state, next.room.id));
  }
  effects.push(...(state.late?.friends.gather(state) ?? []));
  if (state.sync_again) {
    state.sync_again = false;
    effects.push(...askSync(state));
  }
  return effects;
}

function take(state: State, told: RoomState, whole: boolean): Effect[] {
  const { room, epoch, head, read } = told;
  const effects: Effect[] = [];
  let copy = state.rooms.get(room.id);
  // What was missed may have been about friends, and not all of that stands in a page.
  if (copy && room.kind === "inbox" && head.seq > copy.head.seq) {
    effects.push(...(state.late?.friends.refresh(state) ?? []));
  }
  if (!copy) {
    copy = newCopy(state, told);
    state.rooms.set(room.id, copy);
  }
  const held = copy.timeline.cursor !== null;
  if (told.reset || epoch !== copy.timeline.epoch) {
    restart(state, copy, epoch);
    copy.head = head;
    copy.n = told.n;
  } else if (whole) copy.timeline.confirmed();
  Object.assign(copy, { room, role: told.role, others: told.people });
  // Live entries may have come since the server looked.
  if (head.seq > copy.head.seq) copy.head = head;
  copy.n = Math.max(copy.n, told.n);
  figures(copy, read);
  if (!copy.timeline.cursor) {
    // Where friends speak, the rooms are read in turn, once somebody looks.
    const reads = (held && !isFriends(copy)) || state.current === room.id;
    return reads ? [...effects, ...readHead(state, copy)] : effects;
  }
  const behind = copy.head.seq - copy.timeline.cursor.seq;
  if (behind > state.limits.catch_up) return [...effects, ...catchUp(state, copy)];
  if (behind > 0) copy.gap_at ??= state.now + GRACE_MS;
  return effects;
}

function newCopy(state: State, { room, epoch, head, n, read, role, people }: RoomState): RoomCopy {
  return {
    room,
    role,
    others: people,
    timeline: new Timeline(state.me?.id ?? "", epoch),
    head,
    n,
    read,
    live: [],
    online: 0,
    total: 0,
    people: new Map(),
    people_whole: false,
    names: new Map(),
    typing: { users: [], until: 0 },
    draft: state.outbox.drafts[room.id] ?? "",
    mode: { is: "say" },
    entering: [],
    draft_told: state.outbox.drafts[room.id] ?? "",
    draft_taken: state.outbox.drafts[room.id] ?? "",
    marker: null,
    anchor: null,
    loading: new Set(),
    gap_at: null,
    marked_at: 0,
    kept_unread: false,
  };
}

/** Drops the room's lines; what was asked for them is not heard any more. */
export function restart(state: State, copy: RoomCopy, epoch: Epoch): void {
  copy.timeline = new Timeline(state.me?.id ?? "", epoch);
  copy.loading = new Set();
  copy.anchor = null;
  copy.gap_at = null;
  if (state.jumping?.room === copy.room.id) state.jumping = null;
  if (state.chosen !== null && standOf(state, state.chosen)?.copy === copy) state.chosen = null;
}
