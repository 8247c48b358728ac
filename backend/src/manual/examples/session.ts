import type { OwnSession, SessionGrant } from '@atelier/contracts';
import type { OperationExamples } from '../../platform/http/docs/manual.js';
import { ADA, IDS, pageOf } from './samples.js';

const { id, email, name, role } = ADA;

const GRANT: SessionGrant = {
  access_token: 'eyJhbGciOiJIUzI1NiJ9.…',
  token_type: 'Bearer',
  expires_in: 600,
  user: { id, email, name, role },
};
const SESSION: OwnSession = {
  id: IDS.session,
  device: 'Firefox on Windows',
  address: '203.0.113.7',
  created_at: '2026-11-27T08:00:00.000Z',
  last_used_at: '2026-11-28T09:10:00.000Z',
  is_current: true,
};
const PASSWORD = 'correct horse battery staple';

export const SESSION_EXAMPLES = {
  signIn: { request: { email, password: PASSWORD }, answers: { 200: GRANT } },
  refreshSession: { answers: { 200: GRANT } },
  getMe: { answers: { 200: { id, email, name, role, credits: { available: 96, held: 1 } } } },
  signOut: {},
  changePassword: {
    request: { current_password: PASSWORD, new_password: 'seven quiet lighthouses at dusk' },
    answers: { 200: GRANT },
  },
  getSetupStatus: { answers: { 200: { open: false } } },
  completeSetup: {
    request: {
      token: 'the token of the set-up link',
      email: 'grace@example.com',
      name: 'Grace Hopper',
      password: PASSWORD,
    },
    answers: {
      201: { ...GRANT, user: { id: 1, email: 'grace@example.com', name: 'Grace Hopper', role: 'admin' } },
    },
  },
  acceptInvitation: {
    request: { token: 'the token of the invitation link', password: PASSWORD },
    answers: { 200: GRANT },
  },
  updateMe: { request: { name }, answers: { 200: { id, email, name, role } } },
  listOwnSessions: { answers: { 200: pageOf(SESSION, SESSION.id) } },
  endOwnSession: { parameters: { id: SESSION.id } },
  endOtherSessions: { answers: { 200: { ended: 2 } } },
} as const satisfies Record<string, OperationExamples>;
