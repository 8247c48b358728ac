import { schema, validate, type SchemaPath, type SchemaPathRules, type PathKind } from '@angular/forms/signals';
import { PRICE_MAX } from '@atelier/contracts/limits';
import { formatNumber } from '../platform/formatting';
import { INITIAL_CREDITS_MAX, type SettingsDraft } from './setting-fields';

type TextPath = SchemaPath<string, SchemaPathRules.Supported, PathKind.Child>;

function wholeNumber(path: TextPath, lowest: number, highest: number): void {
  const message = `Enter a whole number from ${formatNumber(lowest)} to ${formatNumber(highest)}.`;
  validate(path, ({ value }) => {
    const text = value().trim();
    const isInRange = /^\d{1,15}$/.test(text) && Number(text) >= lowest && Number(text) <= highest;
    return isInRange ? undefined : { kind: 'whole_number', message };
  });
}

function chosen(path: TextPath, message: string): void {
  validate(path, ({ value }) => (value() === '' ? { kind: 'chosen', message } : undefined));
}

/** The bounds that the server checks as well, so that a mistake shows while it is typed. */
export const SETTINGS_RULES = schema<SettingsDraft>((path) => {
  wholeNumber(path.credit_price_standard, 1, PRICE_MAX);
  wholeNumber(path.credit_price_premium2, 1, PRICE_MAX);
  wholeNumber(path.credit_price_premium4, 1, PRICE_MAX);
  wholeNumber(path.initial_credits, 0, INITIAL_CREDITS_MAX);
  chosen(path.prompt_enhancer_provider, 'Choose an enhancer.');
  chosen(path.image_gen_provider, 'Choose a provider.');
});
