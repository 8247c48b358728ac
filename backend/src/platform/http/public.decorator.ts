import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** Metadata key that the session guard looks for. */
export const PUBLIC_ROUTE = 'public-route';

/** Marks the route in the document while that is being made. */
export const PUBLIC_EXTENSION = 'x-public';

/** Opens a route to everybody. Without it a route needs a session. */
export const Public = (): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension(PUBLIC_EXTENSION, true));
