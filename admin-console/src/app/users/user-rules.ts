import { type PathKind, type SchemaPath, type SchemaPathRules, validate } from '@angular/forms/signals';

export type TextPath = SchemaPath<string, SchemaPathRules.Supported, PathKind.Child>;

const NAME_MAX_LENGTH = 100;

export function displayName(path: TextPath): void {
  validate(path, ({ value }) => {
    const name = value().trim();
    if (name === '') return { kind: 'required', message: 'Enter a name.' };
    if (name.length > NAME_MAX_LENGTH)
      return { kind: 'too_long', message: `Use at most ${NAME_MAX_LENGTH} characters.` };
    return undefined;
  });
}

/** What people type for a negative number: a hyphen, or the minus sign that this console shows. */
export function parseAmount(text: string): number | null {
  const plain = text.trim().replace(/[−–]/u, '-').replace(/^\+/, '');
  return /^-?\d{1,15}$/.test(plain) ? Number(plain) : null;
}
