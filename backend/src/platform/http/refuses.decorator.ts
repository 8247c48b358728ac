import { ApiExtension, type ApiResponseOptions } from '@nestjs/swagger';
import type { ProblemCode } from '@atelier/contracts';

/** Carries the codes into the document while that is being made. */
export const REFUSALS_EXTENSION = 'x-refusals';

/** Carries headers that come with these refusals. */
export const REFUSAL_HEADERS_EXTENSION = 'x-refusal-headers';

/**
 * Says in the document with which problems a route may answer beside those that every route has: a missing session,
 * a body that can't be read, a failure of ours.
 */
export const Refuses = (...codes: ProblemCode[]): MethodDecorator => ApiExtension(REFUSALS_EXTENSION, codes);

/** Says which headers may come with the problems that a route has of its own. */
export const RefusesWithHeaders = (headers: NonNullable<ApiResponseOptions['headers']>): MethodDecorator =>
  ApiExtension(REFUSAL_HEADERS_EXTENSION, headers);
