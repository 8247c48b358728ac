import { expect, test } from '@jest/globals';
import { stdSerializers } from 'pino';
import { QueryFailedError } from 'typeorm';
import { loggedError } from './logged-error.js';

/** As pino-http calls it. */
const told = (error: Error) => loggedError(stdSerializers.err(error));

const CANARY = 'canary prompt about a private garden';

test('an error of the database is told without the statement’s values', () => {
  const driverError = Object.assign(new Error('disk I/O error'), {
    code: 'SQLITE_IOERR',
    sql: `INSERT INTO generation VALUES ('${CANARY}')`,
  });
  const failed = new QueryFailedError('INSERT INTO generation VALUES (?)', [CANARY], driverError);
  const outer = told(new Error('The generation was not stored', { cause: failed }));

  expect(JSON.stringify(outer)).not.toContain(CANARY);
  expect(outer).toMatchObject({ type: 'Error', message: 'The generation was not stored: disk I/O error' });
  expect(outer.stack).toContain('QueryFailedError: disk I/O error');
  expect(JSON.stringify(told(failed))).not.toContain(CANARY);
  expect(told(failed)).toMatchObject({ type: 'QueryFailedError', code: 'SQLITE_IOERR' });
});

test('an error that holds what was sent is told without it', () => {
  const error = Object.assign(new Error('socket hang up'), {
    code: 'ECONNRESET',
    config: { headers: { key: CANARY } },
  });
  const logged = told(error);

  expect(Object.keys(logged).sort()).toEqual(['code', 'message', 'stack', 'type']);
  expect(logged).toMatchObject({ message: 'socket hang up', code: 'ECONNRESET' });
  expect(JSON.stringify(logged)).not.toContain(CANARY);
});
