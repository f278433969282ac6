/** The trees of messages, made once each. The whole Markdown reader is loaded when first needed. */
import { bare, plain, type Block } from "../../core/markdown";

type Reader = (text: string) => Block[];

const MOST = 2_000;
const trees = new Map<string, Block[]>();
let reader = $state.raw<Reader | null>(null);
let loading = false;

export function treeOf(text: string): Block[] {
  const known = trees.get(text);
  if (known) return known;
  const tree = plain(text) ?? reader?.(text);
  if (!tree) {
    load();
    return bare(text);
  }
  if (trees.size >= MOST) trees.clear();
  trees.set(text, tree);
  return tree;
}

function load(): void {
  if (loading) return;
  loading = true;
  import("../../core/markdown/full").then(
    ({ parse }) => (reader = parse),
    // Without it the texts stand as they are; the next one tries again.
    () => (loading = false),
  );
}
