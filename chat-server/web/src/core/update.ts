/** What an event changes, and what it asks of the rim. */
import type { ActionId } from "@proto";
import type { Effect } from "./effect";
import type { Event, Received, Stamp } from "./event";
import { FIRST, type Handler } from "./actions";
import { NARROW, WIDE } from "./layout";
import { currentRoom, type State } from "./state";
import { onAnswer } from "./update/answer";
import { onTick } from "./update/clock";
import { onNamed, onSession, onStarted } from "./update/enter";
import { onEntries } from "./update/entries";
import { keepDrafts } from "./update/draft";
import { jumpTo, readAfter, readBefore } from "./update/history";
import { look, onKept, onNotDurable, onUnkept } from "./update/keep";
import { putOff, takeUp } from "./update/later";
import { connect, onClosing, onHeard, onLost, onWelcome } from "./update/link";
import { onAnnounced } from "./update/notice";
import { onActive, onPresence, onRead, onTyping, onUser } from "./update/presence";
import { markRead } from "./update/read";
import { open } from "./update/rooms";
import { prune, pump } from "./update/send";
import { askSync } from "./update/sync";
import { typed } from "./update/typing";

export function update(state: State, event: Event, stamp: Stamp): Effect[] {
  state.now = stamp.now;
  state.time = stamp.time;
  const effects = apply(state, event, stamp);
  prune(state);
  return [...effects, ...keepDrafts(state), ...pump(state), ...markRead(state)];
}

function apply(state: State, event: Event, stamp: Stamp): Effect[] {
  switch (event.type) {
    case "started":
      return onStarted(state, event);
    case "tick":
      return onTick(state, stamp);
    case "loaded":
      state.late = event.late;
      return [
        ...acceptCode(state, stamp),
        ...event.late.friends.refresh(state),
        ...event.late.friends.gather(state),
        ...takeUp(state).flatMap(({ event, stamp }) => apply(state, event, stamp)),
      ];
    case "session_read":
      return onSession(state, event.user, event.server);
    case "session_unreadable":
      return onLost(state, null, stamp.random);
    case "named":
      return onNamed(state, event);
    case "received":
      return event.attempt === state.attempt ? onReceived(state, event.event, stamp) : [];
    case "refused":
      return event.attempt === state.attempt ? onLost(state, event.error, stamp.random) : [];
    case "cut":
      return event.attempt === state.attempt && state.link.is !== "failed" ? onLost(state, null, stamp.random) : [];
    case "network":
      state.network = event.online;
      return event.online ? hurry(state) : [];
    case "kept":
      return onKept(state, event);
    case "unkept":
      return onUnkept(state, event);
    case "not_durable":
      return onNotDurable(state, event.lost);
    case "durable":
      state.durable = true;
      return [];
    case "stirred":
      return state.outbox.ready ? look(state) : [];
    case "attention":
      return onAttention(state, event.visible, event.focused);
    case "resized":
      return onResized(state, event.width);
    case "dark":
      state.dark = event.dark;
      return [];
    case "active":
      return onActive(state);
    case "typed":
      return [...onActive(state), ...typed(state, event.text)];
    case "action":
      return onAction(state, event, stamp);
    case "opened":
      state.dialog = null;
      return open(state, event.room);
    case "scrolled":
      return onScrolled(state, event);
    case "chosen":
      state.chosen = event.key;
      return [];
    case "dialog_closed":
      if (state.dialog?.is === "search") return state.late?.onWish(state, { is: "search_closed" }, stamp) ?? [];
      state.dialog = null;
      return [{ do: "focus", on: "composer" }];
    case "jumped": {
      const copy = state.rooms.get(event.room);
      return copy ? jumpTo(state, copy, event.seq) : [];
    }
    default:
      return state.late ? state.late.onEvent(state, event, stamp) : putOff(state, event, stamp);
  }
}

function onReceived(state: State, { name, payload }: Received, stamp: Stamp): Effect[] {
  onHeard(state);
  switch (name) {
    case "welcome":
      return [
        ...onWelcome(state, payload, stamp),
        ...loadLate(state),
        ...(state.late?.friends.refresh(state) ?? []),
        ...acceptCode(state, stamp),
      ];
    case "answer":
      return onAnswer(state, payload, stamp);
    case "entries":
      return onEntries(state, payload);
    case "presence:changed":
      return onPresence(state, payload);
    case "typing:changed":
      return onTyping(state, payload);
    case "read:changed":
      return onRead(state, payload);
    case "user:changed":
      return onUser(state, payload.user);
    case "announced":
      return onAnnounced(state, payload);
    case "closing":
      return onClosing(state, payload.error);
  }
}

/** Where the line was down when the page began, it is there now. */
function loadLate(state: State): Effect[] {
  return state.late ? [] : [{ do: "load" }];
}

/** The join code of the page's address is taken up once, as soon as that can be done. */
function acceptCode(state: State, stamp: Stamp): Effect[] {
  const { code } = state;
  if (code === null || !state.late || state.link.is !== "connected") return [];
  state.code = null;
  return [{ do: "forget_code" }, ...state.late.onWish(state, { is: "code", code }, stamp)];
}

function onAction(state: State, event: Extract<Event, { type: "action" }>, stamp: Stamp): Effect[] {
  const { id, argument, command } = event;
  const handler = (FIRST as Partial<Record<ActionId, Handler>>)[id];
  if (handler) return handler(state, argument, stamp, command);
  return state.late ? state.late.runAction(state, id, argument, command, stamp) : putOff(state, event, stamp);
}

function onAttention(state: State, visible: boolean, focused: boolean): Effect[] {
  const shown = visible && !state.visible;
  state.visible = visible;
  state.attentive = visible && focused;
  const effects = state.attentive ? onActive(state) : [];
  if (shown) effects.push(...(state.link.is === "connected" ? askSync(state) : hurry(state)));
  return effects;
}

/** There may be a line again: it is tried at once. */
function hurry(state: State): Effect[] {
  return state.link.is === "waiting" ? connect(state) : [];
}

function onResized(state: State, width: number): Effect[] {
  const layout = (width: number) => (width < NARROW ? 0 : width < WIDE ? 1 : 2);
  if (layout(width) !== layout(state.width)) state.panels = { rooms: null, people: null };
  state.width = width;
  return [];
}

function onScrolled(state: State, at: { at_bottom: boolean; near_top: boolean; near_bottom: boolean }): Effect[] {
  const copy = currentRoom(state);
  if (!copy) return [];
  state.at_bottom = at.at_bottom;
  const live = copy.timeline.liveWindow();
  // A window that has grown together with the newest lines is the newest lines.
  if (copy.anchor !== null && live && copy.anchor >= live[0] && copy.anchor <= live[1]) copy.anchor = null;
  return [...(at.near_top ? readBefore(state, copy) : []), ...(at.near_bottom ? readAfter(state, copy) : [])];
}
