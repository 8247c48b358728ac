import type { FieldTree, ValidationError } from '@angular/forms/signals';
import { fieldMessages } from '../platform/problem';
import { EDITABLE_SETTINGS, type SettingsDraft } from './setting-fields';

/** `must be at least 1` reads as a sentence at its field. */
function sentence(message: string): string {
  const text = message.startsWith('must ') ? `This value ${message}` : message;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What the server refused, each at its field. Empty when the answer names no field of the form. */
export function refusedFields(
  error: unknown,
  form: FieldTree<SettingsDraft>,
): readonly ValidationError.WithOptionalFieldTree[] {
  const messages = fieldMessages(error);
  return EDITABLE_SETTINGS.flatMap((key) => {
    const message = messages[key];
    return message === undefined ? [] : [{ kind: 'server', message: sentence(message), fieldTree: form[key] }];
  });
}
