/**
 * A part of the page that nobody sees at first. It is loaded behind the page, and at once, since later
 * the line may be down; where it was down just then, when it is wanted.
 */
export class Behind<Part> {
  now = $state.raw<Part | null>(null);
  private loading = false;

  constructor(private readonly load: () => Promise<Part>) {
    this.want();
  }

  want(): void {
    if (this.now || this.loading) return;
    this.loading = true;
    const done = (part: Part | null) => {
      this.now = part;
      this.loading = false;
    };
    this.load().then(done, () => done(null));
  }
}
