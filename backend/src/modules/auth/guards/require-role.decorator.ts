import { type CustomDecorator, SetMetadata } from '@nestjs/common';
import type { Role } from '@atelier/contracts';

export const REQUIRED_ROLE = 'required-role';

/** Opens a controller or a route to users of this role alone. */
export const RequireRole = (role: Role): CustomDecorator => SetMetadata(REQUIRED_ROLE, role);
