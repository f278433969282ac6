/**
 * The parts of the page that nobody sees at first. They are loaded behind the page, and at once, since later
 * the line may be down; where it was down just then, when one of them is wanted.
 */
type Parts = typeof import("./late");

class Behind {
  now = $state.raw<Parts | null>(null);
  private loading = false;

  want(): void {
    if (this.now || this.loading) return;
    this.loading = true;
    const done = (parts: Parts | null) => {
      this.now = parts;
      this.loading = false;
    };
    import("./late").then(done, () => done(null));
  }
}

export const behind = new Behind();
