/** Everything of `core/late`, as it is loaded. */
import type { Late } from "../late";
import { runAction } from "./action";
import { onError, onOk } from "./answer";
import { runCommand } from "./command";
import { edit } from "./edit";
import { onEvent } from "./event";
import { refresh } from "./friends";
import * as merged from "./merged";
import { onAmended } from "./search";
import { onWish } from "./wish";

export const late: Late = {
  runAction,
  runCommand,
  edit,
  onEvent,
  onOk,
  onError,
  onWish,
  onAmended,
  friends: { ...merged, refresh },
};
