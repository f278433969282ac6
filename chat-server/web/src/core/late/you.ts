/** You: your name, whether you are here, your account. */
import { ask } from "../update/ask";
import { signOut, wishAccount } from "./account";
import { complain, tell } from "../update/notice";
import { setAway } from "../update/presence";
import { say } from "./words";
import type { Handler } from "../actions";
import { askOnline } from "./rooms";

export const YOU_ACTIONS = {
  rename: (state, name) => askOnline(state, "user:rename", { name }, { is: "late", of: { is: "rename" } }),

  announce: (state, line) => {
    const [, all, text] = /^(--all(?:\s+|$))?(.*)$/s.exec(line)!;
    const room = all === undefined && state.current !== null ? { room: state.current } : {};
    return askOnline(state, "server:announce", { text: text!, ...room }, { is: "late", of: { is: "announce" } });
  },

  away: (state) => {
    tell(state, say("NOW_AWAY"));
    return setAway(state, "said");
  },

  back: (state) => {
    tell(state, say("NOW_BACK"));
    return setAway(state, "no");
  },

  register: (state, name) => wishAccount(state, "register", name),
  sign_in: (state, name) => wishAccount(state, "sign_in", name),
  sign_out: (state) => signOut(state),
  password: (state) => wishAccount(state, "password", state.me?.identity ?? ""),

  sessions: (state) => {
    state.dialog = { is: "sessions", sessions: null };
    return askOnline(state, "session:list", {}, { is: "late", of: { is: "sessions" } });
  },

  revoke_session: (state, number) => {
    const session = state.sessions[Number(number) - 1];
    if (session) return ask(state, "session:revoke", { id: session.id }, { is: "late", of: { is: "revoke" } });
    complain(state, say("NO_SUCH_SESSION", { number }));
    return [];
  },
} satisfies Record<string, Handler>;
