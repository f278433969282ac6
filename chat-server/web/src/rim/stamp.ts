/** The clocks and chance. Nothing else in the page asks for any of them. */
import type { Stamp } from "../core/event";

/** Counts on from the page's beginning; whoever sets the wall clock does not reach it. */
const BEGINNING = Date.now() - performance.now();

/** Milliseconds of a clock that never jumps, and so has no say in what time it is. */
export function steady(): number {
  return BEGINNING + performance.now();
}

export function stamp(): Stamp {
  const time = Date.now();
  return { now: steady(), time, id: uuidv7(time), other: uuidv7(time), random: Math.random() };
}

/** A UUIDv7. `crypto.randomUUID` is missing over plain HTTP, and is of another version. */
export function uuidv7(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** 256 random bits in base64url without padding: by them a guest comes back as the same person. */
export function token(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
