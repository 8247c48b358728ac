import { PRICE_MAX } from '@atelier/contracts/limits';
import { formatNumber } from '../platform/formatting';
import { INITIAL_CREDITS_MAX } from './setting-fields';

const BOUNDS: Readonly<Record<string, readonly [lowest: number, highest: number]>> = {
  credit_price_standard: [1, PRICE_MAX],
  credit_price_premium2: [1, PRICE_MAX],
  credit_price_premium4: [1, PRICE_MAX],
  prompt_enhancer_max_words: [10, 150],
  initial_credits: [0, INITIAL_CREDITS_MAX],
  credits_low_threshold: [0, INITIAL_CREDITS_MAX],
};

const USD = /^\d{1,6}(\.\d{1,6})?$/;

/** What the server checks as well, so that a mistake shows while it is typed. */
export function problemWith(key: string, value: string): string | undefined {
  const text = value.trim();
  const bounds = BOUNDS[key];
  if (bounds) {
    const [lowest, highest] = bounds;
    const isInRange = /^\d{1,15}$/.test(text) && Number(text) >= lowest && Number(text) <= highest;
    return isInRange ? undefined : `Enter a whole number from ${formatNumber(lowest)} to ${formatNumber(highest)}.`;
  }
  if (key === 'credit_value_usd') {
    return text === '' || USD.test(text) ? undefined : 'Enter an amount in US dollars such as 0.05, or nothing.';
  }
  return text === '' ? 'This can’t be empty.' : undefined;
}
