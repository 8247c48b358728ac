import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import type { ApiKeyScope } from '@atelier/contracts';

export const REQUIRED_SCOPE = 'required-scope';

/** Opens a controller or a route to API keys with this scope. Without it only a session is accepted. */
export const RequireScope = (scope: ApiKeyScope): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(REQUIRED_SCOPE, scope), ApiBearerAuth('session'), ApiSecurity('api-key', [scope]));
