/** A deadline by the time in which the page was awake. */

/** One step of it. */
const STEP_MS = 1_000;

/**
 * Calls once the page has been awake for so long. A page that was busy or asleep finds its deadlines over
 * before it hears of what came in time, and would take a database for dead that has answered long ago: so it
 * counts in steps, each of which lets what waits be heard. What it returns ends it, and passes a value on.
 */
export function awake(ms: number, call: () => void): <Value>(value: Value) => Value {
  const step = Math.min(ms, STEP_MS);
  let left = ms;
  const next = (): void => {
    left -= step;
    if (left <= 0) call();
    else timer = setTimeout(next, Math.min(left, step));
  };
  let timer = setTimeout(next, step);
  return (value) => {
    clearTimeout(timer);
    return value;
  };
}
