import { fileURLToPath } from 'node:url';
import { registerFont } from 'canvas';

/** Files in `fonts/` by family; the first one that has a character draws it, then the system's own fonts may. */
const FILES = {
  'Noto Sans': 'NotoSans-SemiBold.ttf',
  'Noto Sans Arabic': 'NotoSansArabic-SemiBold.ttf',
  'Noto Sans Hebrew': 'NotoSansHebrew-SemiBold.ttf',
  'Noto Sans Thai': 'NotoSansThai-SemiBold.ttf',
  'Noto Sans SC': 'NotoSansSC-SemiBold.ttf',
  'Noto Sans KR': 'NotoSansKR-SemiBold.ttf',
  'Noto Emoji': 'NotoEmoji-SemiBold.ttf',
} as const;

const WEIGHT = '600';

/** Makes the bundled fonts known to canvas. Once a process, before any thread draws. */
export function registerFonts(): void {
  for (const [family, file] of Object.entries(FILES)) {
    registerFont(fileURLToPath(new URL(`./fonts/${file}`, import.meta.url)), { family, weight: WEIGHT });
  }
}

/** The CSS font of a size in pixels. */
export function fontOf(sizePx: number): string {
  return `${WEIGHT} ${sizePx}px ${Object.keys(FILES)
    .map((family) => `"${family}"`)
    .join(', ')}`;
}
