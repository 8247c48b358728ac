import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import { authenticationRequired } from '../auth.errors.js';
import type { SessionClaims } from '../sessions/session-token.js';

/** The session that the request belongs to. Where there is none, asking is refused. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): SessionClaims => {
  const session = context.switchToHttp().getRequest<Request>().authInfo?.session;
  if (!session) throw authenticationRequired();
  return session;
});
