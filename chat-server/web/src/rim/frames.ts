/**
 * When the view is told of changes. What its reader does shows at once. What comes over the line shows
 * with the next frame, all of it together, and after a frame that took long the page rests for as long:
 * a busy room leaves half of the time to its reader's keys, however fast it talks.
 */
export class Frames {
  private waiting = false;
  private restUntil = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `show` draws what has changed; `world` is the page's, and another in tests. */
  constructor(
    private readonly show: () => void,
    private readonly world: World = PAGE,
  ) {}

  /** The next frame shows it. */
  soon(): void {
    if (this.waiting) return;
    this.waiting = true;
    const rest = this.restUntil - this.world.now();
    if (rest > 0) this.timer = this.world.later(() => this.ask(), rest);
    else this.ask();
  }

  /** It is shown already, and with it all that waited for a frame. */
  shown(): void {
    this.waiting = false;
    clearTimeout(this.timer);
  }

  private ask(): void {
    if (!this.waiting) return;
    // A page that nobody sees gets no frames; its title counts all the same.
    this.timer = this.world.later(() => this.draw(), HIDDEN_MS);
    this.world.frame(() => this.draw());
  }

  private draw(): void {
    if (!this.waiting) return;
    this.shown();
    const begun = this.world.now();
    this.show();
    // A task that is asked for in a frame runs when that frame has been laid out and painted.
    this.world.later(() => {
      const ended = this.world.now();
      this.restUntil = ended + Math.min(ended - begun, LONGEST_REST_MS);
    }, 0);
  }
}

/** What frames go by. */
export interface World {
  now(): number;
  frame(call: () => void): void;
  later(call: () => void, ms: number): ReturnType<typeof setTimeout>;
}

const HIDDEN_MS = 250;
const LONGEST_REST_MS = 1_000;

const PAGE: World = {
  now: () => performance.now(),
  frame: (call) => void requestAnimationFrame(call),
  later: (call, ms) => setTimeout(call, ms),
};
