import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromCursor, toCursor } from './image-cursor.js';

const POSITION = { createdAt: 1_795_435_200_123, id: '019aaf00-0000-7000-8000-000000000001' };

describe('image cursors', () => {
  test('lead back to the position they were made from', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8.64e15 }), fc.uuid(), (createdAt, id) => {
        expect(fromCursor(toCursor({ createdAt, id }))).toEqual({ createdAt, id });
      }),
    );
  });

  test('are refused when they were tampered with', () => {
    const cursor = toCursor(POSITION);
    const encoded = (text: string): string => Buffer.from(text).toString('base64url');
    const { createdAt, id } = POSITION;

    for (const tampered of [
      '',
      '.',
      cursor.slice(1),
      cursor.slice(0, -1),
      `${cursor}=`,
      `${cursor}A`,
      ` ${cursor}`,
      cursor.toUpperCase(),
      encoded(`${createdAt}.${id}' OR '1'='1`),
      encoded(`${createdAt}.${id.toUpperCase()}`),
      encoded(`0.${id}`),
      encoded(`-1.${id}`),
      encoded(`1e3.${id}`),
      encoded(`9999999999999999.${id}`),
      encoded(`${createdAt}.`),
      encoded(JSON.stringify(POSITION)),
      '\u0000',
      '💥',
    ]) {
      expect(() => fromCursor(tampered)).toThrow(
        expect.objectContaining({ code: 'gallery.cursor_invalid', kind: 'invalid' }),
      );
    }
  });

  test('never fail in another way', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => fromCursor(text)).toThrow(expect.objectContaining({ code: 'gallery.cursor_invalid' }));
      }),
    );
  });
});
