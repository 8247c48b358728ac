import { SetMetadata } from '@nestjs/common';

/** Metadata key that the interceptor looks for. */
export const REPEATABLE_ROUTE = 'repeatable-route';

/**
 * Says that the route's answer follows from the database, the credential, the caller's address and the URL alone: as long
 * as nothing has been written, asking again gets the same answer. Not for what depends on the time, on other servers or on
 * what a process keeps in memory, and not where reading itself does something.
 */
export const Repeatable = (): MethodDecorator => SetMetadata(REPEATABLE_ROUTE, true);
