/** The one place where everything is wired: events in, effects out, the view told. */
import type { ActionId } from "@proto";
import type { Effect } from "../core/effect";
import type { Event } from "../core/event";
import { initial, type State } from "../core/state";
import { update } from "../core/update";
import { deadline } from "../core/update/clock";
import { say } from "../core/words";
import { copy } from "./clipboard";
import { Frames } from "./frames";
import { login, logout, readSession, register } from "./session";
import { Connection } from "./socket";
import { keepGuest, keepRoom, keepTheme, readGuest, readRoom, readTab, readTheme } from "./remember";
import { stamp, steady, token } from "./stamp";
import { IndexedDbOutbox } from "./storage/indexeddb";
import { Keeper, neighbours } from "./storage/keeper";

/** What the core asks of the view; the components answer that can. */
type Staged = Extract<Effect, { do: "focus" | "scroll" | "compose" }>;

const held = initial();
const pages = neighbours(() => dispatch({ type: "stirred" }));
const keeper = new Keeper(new IndexedDbOutbox(), pages, dispatch);
const connection = new Connection(dispatch);
const stage = new Set<(effect: Staged) => void>();
const unreachable = { code: "unavailable", message: say("NO_CONNECTION"), retry: "later" } as const;

let version = $state(0);
const frames = new Frames(() => void version++);
let timer: ReturnType<typeof setTimeout> | undefined;

/** The state. Whoever reads it is told of each change; parts of it keep their identity. */
export function app(): State {
  void version;
  return held;
}

/** Something happened. */
export function dispatch(event: Event): void {
  const effects = update(held, event, stamp());
  if (event.type === "received") frames.soon();
  else show();
  effects.forEach(run);
  schedule();
}

export function act(id: ActionId, argument = ""): void {
  dispatch({ type: "action", id, argument, command: "" });
}

/** Lets a component answer the core's wishes until it is gone. */
export function onStage(answer: (effect: Staged) => void): () => void {
  stage.add(answer);
  return () => stage.delete(answer);
}

/** Has the view look at the state now. */
function show(): void {
  frames.shown();
  version++;
}

function schedule(): void {
  clearTimeout(timer);
  const at = deadline(held);
  if (at === Infinity) return;
  const wait = Math.min(Math.max(at - steady(), 10), 60_000);
  timer = setTimeout(() => dispatch({ type: "tick" }), wait);
}

function run(effect: Effect): void {
  switch (effect.do) {
    case "connect":
      return connection.open(effect.attempt, effect.auth);
    case "disconnect":
      return connection.close();
    case "emit":
      return connection.emit(effect.name, effect.payload);
    case "keep":
      return keeper.keep(effect.pair, effect.verb);
    case "keep_guest":
      return keepGuest(effect.guest);
    case "keep_theme":
      return keepTheme(effect.theme);
    case "keep_room":
      return keepRoom(effect.room);
    case "load":
      return load();
    case "forget_code":
      return history.replaceState(null, "", "/");
    case "read_session":
      void readSession().then(
        ({ user, server }) => dispatch({ type: "session_read", user, server }),
        () => dispatch({ type: "session_unreadable" }),
      );
      return;
    case "account":
      void changeAccount(effect);
      return;
    case "leave_account":
      void logout().then(
        () => dispatch({ type: "account_left", token: token() }),
        () => dispatch({ type: "account_refused", error: unreachable }),
      );
      return;
    case "copy":
      void copy(effect.text).then((done) => dispatch({ type: "copied", done }));
      return;
    case "open":
      window.open(effect.url, "_blank", "noopener,noreferrer");
      return;
    case "focus":
    case "scroll":
    case "compose":
      // The view answers by what it shows.
      show();
      for (const answer of stage) answer(effect);
      return;
  }
}

let loading = false;

/** What stands behind the page is loaded once; where the line was down, whoever wishes for it has it tried again. */
function load(): void {
  if (loading || held.late) return;
  loading = true;
  void import("../core/late/all").then(
    ({ late }) => dispatch({ type: "loaded", late }),
    () => (loading = false),
  );
}

async function changeAccount({
  form,
  identity,
  password,
  guest_token,
}: Extract<Effect, { do: "account" }>): Promise<void> {
  try {
    const reply = await (form === "register" ? register(identity, password, guest_token) : login(identity, password));
    if ("ok" in reply) dispatch({ type: "account_changed", user: reply.ok.user, form });
    else dispatch({ type: "account_refused", error: reply.error });
  } catch {
    dispatch({ type: "account_refused", error: unreachable });
  }
}

/** The join code in the page's address. */
function readCode(path: string): { code?: string } {
  const code = /^\/join\/([^/]+)\/?$/.exec(path)?.[1];
  return code === undefined ? {} : { code: decodeURIComponent(code) };
}

/** Tells the core what goes on around the page, and begins. */
export function start(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const attention = () =>
    dispatch({ type: "attention", visible: document.visibilityState === "visible", focused: document.hasFocus() });
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
  dispatch({
    type: "started",
    tab: readTab(),
    guest: readGuest(),
    room: readRoom(),
    ...readCode(location.pathname),
    theme: readTheme(),
    dark: dark.matches,
    exposed: location.protocol === "http:" && !loopback,
    width: innerWidth,
  });
  load();
  attention();
  dark.addEventListener("change", () => dispatch({ type: "dark", dark: dark.matches }));
  addEventListener("resize", () => dispatch({ type: "resized", width: innerWidth }));
  addEventListener("online", () => dispatch({ type: "network", online: true }));
  addEventListener("offline", () => dispatch({ type: "network", online: false }));
  addEventListener("focus", attention);
  addEventListener("blur", attention);
  document.addEventListener("visibilitychange", attention);
  addEventListener("beforeunload", (event) => {
    // Where the browser stores nothing, what waits is kept no longer than the page.
    if (!held.durable && held.outbox.items.some((item) => item.is === "waiting")) event.preventDefault();
  });
  const active = () => {
    if (steady() - held.input_at > 10_000) dispatch({ type: "active" });
  };
  addEventListener("pointerdown", active);
  addEventListener("keydown", active);
}
