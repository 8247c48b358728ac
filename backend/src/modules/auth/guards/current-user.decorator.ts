import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../actor.js';
import { authenticationRequired } from '../auth.errors.js';

/** The signed-in user. On a route that is open to everyone there is none, and asking is refused. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<Request>();
  if (!user) throw authenticationRequired();
  return user;
});
