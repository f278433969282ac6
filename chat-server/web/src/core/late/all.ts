/** Everything of `core/late`, as it is loaded. */
import type { Late, LateId } from "../late";
import type { Handler } from "../actions/handler";
import { BOT_ACTIONS } from "./bots";
import { CODE_ACTIONS } from "./codes";
import { FRIEND_ACTIONS, refresh } from "./friends";
import * as merged from "./merged";
import { onError, onOk } from "./answer";
import { PEOPLE_ACTIONS } from "./people";
import { ROOM_ACTIONS } from "./room";
import { onAmended, SEARCH_ACTIONS } from "./search";
import { onWish } from "./wish";
import { YOU_ACTIONS } from "./you";

const handlers: Record<LateId, Handler> = {
  ...PEOPLE_ACTIONS,
  ...BOT_ACTIONS,
  ...CODE_ACTIONS,
  ...FRIEND_ACTIONS,
  ...ROOM_ACTIONS,
  ...SEARCH_ACTIONS,
  ...YOU_ACTIONS,
};

export const late: Late = { handlers, onOk, onError, onWish, onAmended, friends: { ...merged, refresh } };
