/** Colours that can be read: an author's own colour, shifted in lightness until it stands out. */

type Rgb = readonly [number, number, number];

/** The grounds that text stands on, by theme; the same figures as in `view/theme.css`. */
export const GROUNDS = {
  night: ["#12141a", "#181b23", "#3a3320", "#2b3550"],
  day: ["#ffffff", "#f4f5f8", "#fff1cc", "#dbe5ff"],
} as const;

const ENOUGH = 4.5;
const cache = new Map<string, string>();

/** The colour, or the nearest lighter or darker one that is readable on every ground of the theme. */
export function readable(color: string, theme: "night" | "day"): string {
  const key = color + theme;
  let found = cache.get(key);
  if (!found) {
    found = shift(color, theme);
    cache.set(key, found);
  }
  return found;
}

function shift(color: string, theme: "night" | "day"): string {
  const target: Rgb = theme === "night" ? [255, 255, 255] : [0, 0, 0];
  const own = parse(color) ?? parse("#808080")!;
  const grounds = GROUNDS[theme].map((ground) => parse(ground)!);
  for (let step = 0; step <= 100; step++) {
    const mixed = own.map((part, i) => Math.round(part + ((target[i]! - part) * step) / 100)) as unknown as Rgb;
    if (grounds.every((ground) => ratio(mixed, ground) >= ENOUGH)) return hex(mixed);
  }
  return hex(target);
}

/** The contrast of two colours as WCAG counts it, from 1 to 21. */
export function contrast(a: string, b: string): number {
  return ratio(parse(a) ?? [0, 0, 0], parse(b) ?? [0, 0, 0]);
}

function ratio(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(color: string): Rgb | null {
  const digits = /^#([0-9a-f]{6})$/i.exec(color)?.[1];
  if (!digits) return null;
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb;
}

function hex(rgb: Rgb): string {
  return "#" + rgb.map((part) => part.toString(16).padStart(2, "0")).join("");
}
