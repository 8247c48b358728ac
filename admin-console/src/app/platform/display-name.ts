import { type PathKind, type SchemaPath, type SchemaPathRules, validate } from '@angular/forms/signals';

export type TextPath = SchemaPath<string, SchemaPathRules.Supported, PathKind.Child>;

const NAME_MAX_LENGTH = 100;

/** The rule for a name that people give to themselves, to others or to a thing. */
export function displayName(path: TextPath): void {
  validate(path, ({ value }) => {
    const name = value().trim();
    if (name === '') return { kind: 'required', message: 'Enter a name.' };
    if (name.length > NAME_MAX_LENGTH)
      return { kind: 'too_long', message: `Use at most ${NAME_MAX_LENGTH} characters.` };
    return undefined;
  });
}
