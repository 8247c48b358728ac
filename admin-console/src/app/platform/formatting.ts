const number = new Intl.NumberFormat('en');
const signed = new Intl.NumberFormat('en', { signDisplay: 'exceptZero' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const dayInWords = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const instant = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

const utc = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1,240` */
export function formatNumber(value: number): string {
  return number.format(value);
}

/** `+5`, `−5` with a real minus sign, `0`. */
export function formatSigned(value: number): string {
  return signed.format(value).replace('-', '\u2212');
}

/** `1 image`, `1,240 images`; an irregular plural is given. */
export function formatCount(value: number, noun: string, plural = `${noun}s`): string {
  return `${number.format(value)} ${value === 1 ? noun : plural}`;
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const ORDINAL_ENDINGS: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  zero: 'th',
  one: 'st',
  two: 'nd',
  few: 'rd',
  many: 'th',
  other: 'th',
};

/** `1st`, `2nd`, `13th` */
export function formatOrdinal(value: number): string {
  return `${number.format(value)}${ORDINAL_ENDINGS[ordinals.select(value)]}`;
}

/** `1 credit`, `1,240 credits` */
export function formatCredits(value: number): string {
  return formatCount(value, 'credit');
}

/** `3 Nov 2026`, in the reader's time zone. Takes an ISO 8601 instant. */
export function formatDay(iso: string): string {
  return day.format(new Date(iso));
}

/** `3 November 2026`, for headings and screen readers. */
export function formatDayInWords(iso: string): string {
  return dayInWords.format(new Date(iso));
}

/** `3 Nov 2026, 14:05`, in the reader's time zone. */
export function formatInstant(iso: string): string {
  return instant.format(new Date(iso));
}

/** `3 Nov 2026, 13:05:09 UTC` */
export function formatUtc(iso: string): string {
  return `${utc.format(new Date(iso))} UTC`;
}

/** `14:05`, in the reader's time zone. */
export function formatTime(iso: string): string {
  return time.format(new Date(iso));
}

const dollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});

/** `$0.04`, `$0.0336`, `−$1.20` with a real minus sign. */
export function formatDollars(value: number): string {
  return dollars.format(value).replace('-', '\u2212');
}

/** `412 ms`, `8.4 s`, `13 s`, `2 min 5 s` */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 9.95) return `${trimZero(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const rest = whole % 60;
  return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`;
}

const LONG_UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `1 day`, `36 hours`, `90 seconds`: the largest unit of which it is a whole number. */
export function formatSpan(seconds: number): string {
  const [unit, length] = LONG_UNITS.find(([, length]) => seconds > 0 && seconds % length === 0) ?? ['second', 1];
  return formatCount(seconds / length, unit);
}

/** `512 B`, `1.4 MB`; a kilobyte is 1,000 bytes, as storage is sold. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? String(Math.round(value)) : trimZero(value.toFixed(1));
  return `${text} ${BYTE_UNITS[unit] ?? ''}`;
}

function trimZero(text: string): string {
  return text.replace(/\.0$/, '');
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** `AK` for Ana Kovač; one letter for a single word. A letter is what a reader sees as one. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = ends.map((word) => graphemes.segment(word ?? '').containing(0)?.segment ?? '');
  return letters.join('').toLocaleUpperCase();
}
