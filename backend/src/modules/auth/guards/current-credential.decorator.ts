import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import type { ApiKeyClaims } from '../api-keys/api-key-recognition.js';
import { authenticationRequired } from '../auth.errors.js';
import type { SessionClaims } from '../sessions/session-token.js';

/** What a request proved its user with. */
export type Credential = SessionClaims | ApiKeyClaims;

/** The session or the API key that the request came with. Where there is none, asking is refused. */
export const CurrentCredential = createParamDecorator((_: unknown, context: ExecutionContext): Credential => {
  const { session, apiKey } = context.switchToHttp().getRequest<Request>().authInfo ?? {};
  const credential = session ?? apiKey;
  if (!credential) throw authenticationRequired();
  return credential;
});
