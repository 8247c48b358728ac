import { describe, expect, test } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { isDatabaseUnavailable } from './database-errors.js';

describe('a database that can not take the work', () => {
  test.each([
    ['is read-only', { errno: 1290, code: 'ER_OPTION_PREVENTS_STATEMENT' }],
    ['has a full disk', { errno: 1114, code: 'ER_RECORD_FILE_FULL' }],
    ['has no connection left', { errno: 1040, code: 'ER_CON_COUNT_ERROR' }],
    ['has no connection left for its user', { errno: 1203 }],
    ['killed the connection', { errno: 1927 }],
    ['closed the connection', { message: "Can't add new command when connection is in closed state", fatal: true }],
    ['is asked by too many at once', { message: 'Queue limit reached.' }],
    ['is a file on a read-only disk', { code: 'SQLITE_READONLY' }],
    ['is a file on a broken disk', { code: 'SQLITE_IOERR_WRITE' }],
    ['is a file on a full disk', { code: 'SQLITE_FULL' }],
  ])('is known by what the driver says when it %s', (_, facts) => {
    const error = Object.assign(new Error('as if from a driver'), facts);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(isDatabaseUnavailable(new QueryFailedError('SELECT 1', [], error))).toBe(true);
  });

  test.each([
    ['refuses a row', { errno: 1062, code: 'ER_DUP_ENTRY' }],
    ['does not know a table', { errno: 1146, code: 'ER_NO_SUCH_TABLE' }],
    ['refuses a value', { code: 'SQLITE_CONSTRAINT_CHECK' }],
  ])('is not one that %s', (_, facts) => {
    expect(isDatabaseUnavailable(Object.assign(new Error('as if from a driver'), facts))).toBe(false);
  });
});
