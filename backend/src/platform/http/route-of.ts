import type { Request } from 'express';
import * as z from 'zod';

/** Where no route of the API matched: the console's files, and addresses that do not exist. */
const NO_ROUTE = 'none';

/** What Express notes on a request whose route it has found. */
const MatchedRoute = z.object({ path: z.string() });

/** The route's pattern: an address may hold ids and signatures, and there is no end of them. */
export function routeOf(request: Request): string {
  const matched = MatchedRoute.safeParse(request.route);
  // The framework's middleware is mounted under a wildcard, which is what remains where nothing else matched.
  return matched.success && !matched.data.path.includes('*') ? matched.data.path : NO_ROUTE;
}
