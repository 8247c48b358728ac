import type { FieldTree, ValidationError } from '@angular/forms/signals';
import { fieldMessages } from './problem-parsing';
import type { SettingsDraft } from './settings-changes';

/** `must be at least 1` reads as a sentence at its field. */
function sentence(message: string): string {
  const text = message.startsWith('must ') ? `This value ${message}` : message;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What the server refused, each at its field. Empty when the answer names no field of the form. */
export function refusedSettings(
  error: unknown,
  form: FieldTree<SettingsDraft>,
): readonly ValidationError.WithOptionalFieldTree[] {
  return Object.entries(fieldMessages(error)).flatMap(([key, message]) => {
    const fieldTree = form[key];
    return fieldTree === undefined ? [] : [{ kind: 'server', message: sentence(message), fieldTree }];
  });
}
