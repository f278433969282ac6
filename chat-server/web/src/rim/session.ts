/** The account's session, over HTTP: its cookie is kept out of the page's reach. */
import type { Error as WireError, ServerInfo, User } from "@proto";

type Reply<Ok> = { ok: Ok } | { error: WireError };

/** The server, and whose session the browser's cookie is. Throws when there is no server. */
export async function readSession(): Promise<{ user: User | null; server: ServerInfo }> {
  const reply = await call<{ user: User | null; server: ServerInfo }>("GET", "/api/session");
  if ("error" in reply) throw new Error(reply.error.message);
  return reply.ok;
}

export function register(
  identity: string,
  password: string,
  guest_token: string | null,
): Promise<Reply<{ user: User }>> {
  const body = { identity, password, ...(guest_token ? { guest_token } : {}) };
  return call("POST", "/api/account/register", body);
}

export function login(identity: string, password: string): Promise<Reply<{ user: User }>> {
  return call("POST", "/api/account/login", { identity, password });
}

export function logout(): Promise<Reply<object>> {
  return call("POST", "/api/account/logout", {});
}

async function call<Ok>(method: string, path: string, body?: object): Promise<Reply<Ok>> {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: body ? { "content-type": "application/json" } : {},
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as Reply<Ok>;
}
