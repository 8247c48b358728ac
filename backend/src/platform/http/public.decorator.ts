import { type CustomDecorator, SetMetadata } from '@nestjs/common';

/** Metadata key that the session guard looks for. */
export const PUBLIC_ROUTE = 'public-route';

/** Opens a route to everybody. Without it a route needs a session. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC_ROUTE, true);
