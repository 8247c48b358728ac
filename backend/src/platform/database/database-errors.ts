import { QueryFailedError } from 'typeorm';

interface DriverErrorFacts {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly fatal?: unknown;
  readonly message?: unknown;
}

function driverError(error: unknown): DriverErrorFacts {
  if (error instanceof QueryFailedError) return error.driverError as DriverErrorFacts;
  return typeof error === 'object' && error !== null ? error : {};
}

/**
 * By number, never by mysql2's symbolic names: MariaDB reports a failed CHECK under the name of an InnoDB error.
 * 1213 deadlock, 1205 lock wait timeout, 1020 record has changed since last read.
 */
const MYSQL_CONFLICTS = new Set([1213, 1205, 1020]);

/** Whether the whole transaction may simply be run again. */
export function isConflict(error: unknown): boolean {
  const { code, errno } = driverError(error);
  return (
    (typeof errno === 'number' && MYSQL_CONFLICTS.has(errno)) ||
    (typeof code === 'string' && code.startsWith('SQLITE_BUSY'))
  );
}

/** Whether a row with the same primary or unique key exists already. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errno } = driverError(error);
  return errno === 1062 || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

/** Whether a CHECK constraint refused the row: 3819 on MySQL, 4025 on MariaDB. */
export function isCheckViolation(error: unknown): boolean {
  const { code, errno } = driverError(error);
  return errno === 3819 || errno === 4025 || code === 'SQLITE_CONSTRAINT_CHECK';
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'POOL_CLOSED',
]);

/**
 * What a MySQL or MariaDB server answers when it is there and can't take the work: 1290 and 1836 it is read-only,
 * 1021 and 1114 full, 1040, 1041, 1203 and 1226 out of connections or memory, 1053 shutting down, 1317 and 1927 the
 * statement or the connection was killed, 1969 and 3024 it took too long.
 */
const MYSQL_UNAVAILABLE = new Set([1290, 1836, 1021, 1114, 1040, 1041, 1203, 1226, 1053, 1317, 1927, 1969, 3024]);

/** mysql2 gives these neither a code nor a number. */
const POOL_MESSAGES = new Set(['Queue limit reached.', 'No connections available.', 'Pool is closed.']);

/** The file can't be written or reached: the disk is full, broken, mounted read-only, or the folder is gone. */
const SQLITE_UNAVAILABLE = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/;

/** Whether the database could not be reached, or could not take the work just now. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, errno, fatal, message } = driverError(error);
  return (
    isConflict(error) ||
    (typeof code === 'string' && (CONNECTION_CODES.has(code) || SQLITE_UNAVAILABLE.test(code))) ||
    (typeof errno === 'number' && MYSQL_UNAVAILABLE.has(errno)) ||
    (typeof message === 'string' && POOL_MESSAGES.has(message)) ||
    // Said by mysql2 of a connection that can't be used any more, whatever has ended it.
    fatal === true
  );
}
