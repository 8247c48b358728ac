/** A colour by what the eye sees: lightness 0–1, chroma 0–0.4, hue in degrees. Equal steps look equally far apart. */
export interface Oklch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour in sRGB, 0–255; chroma that a screen can't show is taken back until it can, keeping the hue. */
export function toRgb({ l, c, h }: Oklch): Rgb {
  let chroma = c;
  let linear = toLinear(l, chroma, h);
  while (chroma > 0.001 && linear.some((channel) => channel < -0.0005 || channel > 1.0005)) {
    chroma *= 0.94;
    linear = toLinear(l, chroma, h);
  }
  const [red, green, blue] = linear;
  return [encode(red), encode(green), encode(blue)];
}

/** CSS text of the colour. */
export function css(color: Oklch, alpha = 1): string {
  const [red, green, blue] = toRgb(color);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** The colour `t` of the way from one to the other, straight through OKLab so that no mix turns muddy grey. */
export function mix(from: Oklch, to: Oklch, t: number): Oklch {
  const blend = (a: number, b: number): number => a + (b - a) * t;
  const a = blend(from.c * Math.cos(radians(from.h)), to.c * Math.cos(radians(to.h)));
  const b = blend(from.c * Math.sin(radians(from.h)), to.c * Math.sin(radians(to.h)));
  return { l: blend(from.l, to.l), c: Math.hypot(a, b), h: (Math.atan2(b, a) * 180) / Math.PI };
}

/** How readable two colours are on each other, 1–21, as WCAG 2 defines it. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * decode(red) + 0.7152 * decode(green) + 0.0722 * decode(blue);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** OKLab to linear sRGB; the matrices are those of the CSS Color 4 specification. */
function toLinear(l: number, c: number, h: number): [number, number, number] {
  const a = c * Math.cos(radians(h));
  const b = c * Math.sin(radians(h));
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

function encode(linear: number): number {
  const value = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
}

function decode(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
