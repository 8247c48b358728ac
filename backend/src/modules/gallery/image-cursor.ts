import { cursorInvalid } from './gallery.errors.js';

/** Where a page ends: the last image's place in the order, newest first. */
export interface ImagePosition {
  readonly createdAt: number;
  readonly id: string;
}

const TEXT = /^([1-9]\d{0,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Writes a position as a cursor: text that clients pass back without looking into it. */
export function toCursor({ createdAt, id }: ImagePosition): string {
  return Buffer.from(`${createdAt}.${id}`).toString('base64url');
}

/** @throws DomainError `gallery.cursor_invalid` for anything that {@link toCursor} did not make */
export function fromCursor(cursor: string): ImagePosition {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, createdAt = '', id = ''] = TEXT.exec(text) ?? [];
  const position: ImagePosition = { createdAt: Number(createdAt), id };
  if (!Number.isSafeInteger(position.createdAt) || id === '' || toCursor(position) !== cursor) throw cursorInvalid();
  return position;
}
