/** Which parts of a log are held: disjoint, ascending, closed ranges of seq; neighbours are joined. */
export type Range = readonly [from: number, to: number];

export class Ranges {
  private held: Range[] = [];

  /** Adds a range; an empty one (`from > to`) changes nothing. */
  insert(from: number, to: number): void {
    if (from > to) return;
    const start = partition(this.held, ([, end]) => end + 1 < from);
    const stop = partition(this.held, ([begin]) => begin <= to + 1);
    let joined: Range = [from, to];
    for (const [begin, end] of this.held.slice(start, stop)) {
      joined = [Math.min(joined[0], begin), Math.max(joined[1], end)];
    }
    this.held.splice(start, stop - start, joined);
  }

  /** The range that holds the number. */
  around(seq: number): Range | null {
    const found = this.held[partition(this.held, ([, end]) => end < seq)];
    return found && found[0] <= seq ? found : null;
  }

  contains(seq: number): boolean {
    return this.around(seq) !== null;
  }

  /** All of them, ascending. */
  all(): readonly Range[] {
    return this.held;
  }
}

/** How many leading items fit the test; the items that fit all stand before those that do not. */
export function partition<T>(items: readonly T[], fits: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
