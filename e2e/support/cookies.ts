import type { SessionGrant } from '@atelier/contracts';
import { expect } from '@jest/globals';
import { type Answer, anonymous } from './api-client.js';
import type { Server } from './server.js';

/** A session as a browser has it: the token in memory, the refresh token in a cookie. */
export interface BrowserSession {
  accessToken: string;
  refreshToken: string;
  /** The Set-Cookie header, as it came. */
  setCookie: string;
}

export function sessionFrom(answer: Answer<SessionGrant>): BrowserSession {
  expect(answer.body.token_type).toBe('Bearer');
  const setCookie = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('atelier_refresh='));
  const refreshToken = /^atelier_refresh=([^;]+)/.exec(setCookie ?? '')?.[1];
  if (setCookie === undefined || refreshToken === undefined) throw new Error('The answer sets no refresh cookie');
  return { accessToken: answer.body.access_token, refreshToken, setCookie };
}

export async function openSession(
  server: Pick<Server, 'origin'>,
  { email, password }: { email: string; password: string },
): Promise<BrowserSession> {
  const answer = await anonymous(server).post<SessionGrant>('/auth/login', { email, password });
  expect(answer.status).toBe(200);
  return sessionFrom(answer);
}

/** `POST /auth/refresh` as a browser sends it, with this cookie. */
export function refresh(
  server: Pick<Server, 'origin'>,
  refreshToken: string,
  headers: Record<string, string> = {},
): Promise<Answer<SessionGrant>> {
  const cookie = `theme=dark; atelier_refresh=${refreshToken}`;
  return anonymous(server).post<SessionGrant>('/auth/refresh', undefined, { headers: { cookie, ...headers } });
}
