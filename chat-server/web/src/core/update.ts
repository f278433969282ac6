/** What an event changes, and what it asks of the rim. */
import type { Effect } from "./effect";
import type { Event, Received, Stamp } from "./event";
import type { Wish } from "./late";
import { deleteIt, moveChoice, react } from "./actions/message";
import { askOnline, join } from "./actions/room";
import { NARROW, WIDE } from "./actions/move";
import { currentRoom, type State } from "./state";
import { say } from "./words";
import * as account from "./update/account";
import { runAction } from "./update/action";
import { onAnswer } from "./update/answer";
import { ask } from "./update/ask";
import { onTick } from "./update/clock";
import { onEntries } from "./update/entries";
import { keepDrafts } from "./update/draft";
import { jumpTo, readAfter, readBefore } from "./update/history";
import { dropHomeless, dropStranded, look, onKept, onNotDurable, onUnkept } from "./update/keep";
import { connect, onClosing, onHeard, onLost, onWelcome } from "./update/link";
import { complain, onAnnounced, tell } from "./update/notice";
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
      return account.onStarted(state, event);
    case "tick":
      return onTick(state, stamp);
    case "loaded":
      state.late = event.late;
      return [...acceptCode(state, stamp), ...event.late.friends.refresh(state), ...event.late.friends.gather(state)];
    case "wished":
      return onWish(state, event.wish, stamp);
    case "session_read":
      return account.onSession(state, event.user, event.server);
    case "session_unreadable":
      return onLost(state, null, stamp.random);
    case "account_changed":
      return account.onAccount(state, event);
    case "account_left":
      return account.onAccountLeft(state, event.token);
    case "account_refused":
      return account.onAccountRefused(state, event.error);
    case "named":
      return account.onNamed(state, event);
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
      return runAction(state, event.id, event.argument, event.command, stamp);
    case "opened":
      state.dialog = null;
      return open(state, event.room);
    case "join_wished":
      state.dialog = null;
      return join(state, event.name);
    case "scrolled":
      return onScrolled(state, event);
    case "chosen":
      state.chosen = event.key;
      return [];
    case "moved_choice":
      return moveChoice(state, event.by);
    case "reacted":
      state.dialog = null;
      return react(state, event.key, event.emoji, stamp);
    case "delete_confirmed": {
      const key = state.dialog?.is === "delete" ? state.dialog.key : null;
      state.dialog = null;
      return key === null ? [] : deleteIt(state, key, stamp);
    }
    case "dialog_closed":
      if (state.dialog?.is === "search") return onWish(state, { is: "search_closed" }, stamp);
      state.dialog = null;
      return [{ do: "focus", on: "composer" }];
    case "rooms_searched":
      return onSearched(state, event.query, event.more);
    case "account_submitted":
      return account.submitAccount(state, event);
    case "account_wished":
      return account.wishAccount(state, event.form, event.identity ?? state.wished);
    case "session_revoked":
      return runAction(state, "revoke_session", String(event.index + 1), "", stamp);
    case "discard_wished": {
      const { pair, name, count } = event;
      state.dialog = { is: "discard", pair, name, count };
      return [];
    }
    case "discard_confirmed": {
      const wish = state.dialog?.is === "discard" ? state.dialog : null;
      state.dialog = null;
      if (!wish) return [];
      return wish.pair ? dropStranded(state, wish.pair) : dropHomeless(state);
    }
    case "copied":
      if (event.done) tell(state, say("COPIED"));
      else complain(state, say("NOT_COPIED"));
      return [];
    case "jumped": {
      const copy = state.rooms.get(event.room);
      return copy ? jumpTo(state, copy, event.seq) : [];
    }
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
  return [{ do: "forget_code" }, ...onWish(state, { is: "code", code }, stamp)];
}

function onWish(state: State, wish: Wish, stamp: Stamp): Effect[] {
  return state.late ? state.late.onWish(state, wish, stamp) : [{ do: "load" }];
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

function onSearched(state: State, query: string, more: boolean): Effect[] {
  if (state.dialog?.is !== "rooms") return [];
  const after = more ? state.dialog.rooms?.at(-1)?.id : undefined;
  state.dialog = { ...state.dialog, query };
  const request = { ...(query ? { query } : {}), ...(after ? { after } : {}) };
  return more
    ? ask(state, "room:list", request, { is: "list", more })
    : askOnline(state, "room:list", request, { is: "list", more });
}
