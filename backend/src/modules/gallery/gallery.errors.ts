import { DomainError } from '../../platform/errors/index.js';

export function imageNotFound(): DomainError {
  return new DomainError('gallery.image_not_found', 'not_found', 'This image does not exist.');
}

export function cursorInvalid(): DomainError {
  return new DomainError(
    'gallery.cursor_invalid',
    'invalid',
    'This cursor is not valid. Start again from the first page.',
    {
      errors: [{ path: 'cursor', message: 'must be a next_cursor that this API gave' }],
    },
  );
}
