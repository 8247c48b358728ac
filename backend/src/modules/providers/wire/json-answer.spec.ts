import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import * as z from 'zod';
import { readJson } from './json-answer.js';

const read = (body: string) =>
  readJson(z.object({ id: z.string() }), {
    status: 200,
    headers: { 'x-request-id': 'req-7' },
    body: Buffer.from(body),
  });

describe('readJson', () => {
  it('reads what has the shape', () => {
    expect(read('{"id":"a","more":1}')).toEqual({ id: 'a' });
  });

  it.each(['', 'null', '<html>secret', '{"id":1,"note":"secret"}', '{"id":"secret'])(
    'refuses %j, and does not repeat it',
    (body) => {
      let failure: unknown;
      try {
        read(body);
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject({ category: 'bad_response', httpStatus: 200, requestId: 'req-7' });
      expect(inspect(failure, { depth: 10 })).not.toContain('secret');
    },
  );
});
