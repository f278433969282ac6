/** Where the reader is in the log. */
import type { Seen } from "../core/state";

/** The first message in view, also where only its end is seen. */
export function seenFirst(): Seen | null {
  const log = document.querySelector("[role='log']");
  if (!log) return null;
  const { top } = log.getBoundingClientRect();
  for (const line of log.querySelectorAll<HTMLElement>("[data-seq]")) {
    const key = line.dataset.key ?? "";
    const box = line.getBoundingClientRect();
    if (box.bottom > top) return { key: /^\d+$/.test(key) ? Number(key) : key, top: box.top - top };
  }
  return null;
}
