import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from '@atelier/contracts';
import { ROLE_EXTENSION } from '../../../platform/http/index.js';

export const REQUIRED_ROLE = 'required-role';

/** Opens a controller or a route to users of this role alone. */
export const RequireRole = (role: Role): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(REQUIRED_ROLE, role), ApiExtension(ROLE_EXTENSION, role));
