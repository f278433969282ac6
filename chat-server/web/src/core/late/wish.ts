/** What buttons wish for. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { Wish } from "../late";
import type { State } from "../state";
import { enqueue } from "../update/send";
import { endToken } from "./bots";
import { acceptCode, comeIn, endCode, readCode } from "./codes";
import { here } from "./find";
import { befriend, endFriendship } from "./friends";
import { giveRole, lookAt, wishKick } from "./people";
import { configure } from "./room";
import * as search from "./search";
import { talk } from "./talk";

export function onWish(state: State, wish: Wish, stamp: Stamp): Effect[] {
  switch (wish.is) {
    case "code":
      return acceptCode(state, readCode(wish.code) ?? wish.code);
    case "join":
      return comeIn(state, wish.room, stamp);
    case "end_code":
      return endCode(state, wish.room, wish.code);
    case "end_token":
      return endToken(state, wish.id);
    case "person": {
      const person = here(state).find(({ id }) => id === wish.id);
      return person ? lookAt(state, person) : [];
    }
    case "talk":
      state.dialog = null;
      return talk(state, [{ id: wish.user, name: "" }], "", stamp);
    case "befriend":
      return befriend(state, wish.step, wish.user, stamp);
    case "kick":
      return wishKick(state, wish.room, wish.user);
    case "role":
      return giveRole(state, wish.room, wish.user, wish.role, stamp);
    case "configure":
      state.dialog = null;
      return [...configure(state, wish.room, wish.changes, stamp), { do: "focus", on: "composer" }];
    case "search_typed":
      return search.typed(state, wish.query);
    case "search":
      return search.seek(state);
    case "search_more":
      return search.more(state);
    case "search_moved":
      return search.move(state, wish.by);
    case "look":
      return search.look(state, wish);
    case "back_to_search":
      return search.back(state);
    case "search_closed":
      return search.close(state, wish.stays ?? false);
    case "confirmed":
      return [...confirmed(state, stamp), { do: "focus", on: "composer" }];
  }
}

function confirmed(state: State, stamp: Stamp): Effect[] {
  const { dialog } = state;
  if (dialog?.is === "unfriend") {
    state.dialog = null;
    return endFriendship(state, dialog.user, stamp);
  }
  if (dialog?.is !== "kick" && dialog?.is !== "archive") return [];
  state.dialog = null;
  const { room } = dialog;
  if (dialog.is === "kick")
    return enqueue(state, { name: "room:remove", fields: { room, user: dialog.user.id } }, stamp);
  return enqueue(state, { name: "room:configure", fields: { room, changes: dialog.changes } }, stamp);
}
