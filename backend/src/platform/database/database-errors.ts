import { QueryFailedError } from 'typeorm';

interface DriverErrorFacts {
  readonly code?: unknown;
  readonly errno?: unknown;
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

/** Whether the database could not be reached, or could not take the work just now. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code } = driverError(error);
  return isConflict(error) || (typeof code === 'string' && (CONNECTION_CODES.has(code) || code === 'SQLITE_FULL'));
}
