import type { OperationExamples } from '../../platform/http/docs/manual.js';
import { ADA, API_KEY, IDS, SHOP, pageOf } from './samples.js';

const INVITATION = 'https://atelier.example.com/invitation#token=the-token';
/** Its checksum is wrong, as everybody's should be who shows a key around. */
const KEY = `${API_KEY.prefix}_this-part-is-shown-once`;

const issued = { ...API_KEY, key: KEY };

export const ACCOUNT_EXAMPLES = {
  listUsers: {
    parameters: { kind: 'person' },
    answers: { 200: pageOf({ ...ADA, credits: { available: 96, held: 1 } }, '2') },
  },
  createUser: {
    request: { email: ADA.email, name: ADA.name, role: 'member', credits: 100 },
    answers: { 201: { ...ADA, status: 'invited', last_active_at: null, invitation_url: INVITATION } },
  },
  createServiceAccount: { request: { name: SHOP.name, credits: 500 }, answers: { 201: SHOP } },
  updateUser: {
    parameters: { id: ADA.id },
    request: { status: 'disabled' },
    answers: { 200: { ...ADA, status: 'disabled' } },
  },
  renewInvitation: { parameters: { id: ADA.id }, answers: { 201: { invitation_url: INVITATION } } },
  createApiKey: {
    request: {
      name: API_KEY.name,
      scopes: API_KEY.scopes,
      user_id: SHOP.id,
      expires_at: '2027-11-02T00:00:00Z',
      monthly_credit_limit: 500,
      allowed_addresses: API_KEY.allowed_addresses,
    },
    answers: { 201: { ...issued, last_used_at: null, credits_this_month: 0 } },
  },
  listApiKeys: {
    parameters: { user_id: SHOP.id, user_kind: 'service', cursor: IDS.key },
    answers: { 200: pageOf(API_KEY, IDS.key) },
  },
  getApiKey: { parameters: { id: IDS.key }, answers: { 200: API_KEY } },
  updateApiKey: {
    parameters: { id: IDS.key },
    request: { monthly_credit_limit: 800 },
    answers: { 200: { ...API_KEY, monthly_credit_limit: 800 } },
  },
  rotateApiKey: {
    parameters: { id: IDS.key },
    request: { grace_seconds: 3_600 },
    answers: { 201: { ...issued, status: 'rotating', previous_valid_until: '2026-11-28T10:14:00.000Z' } },
  },
  revokeApiKey: { parameters: { id: IDS.key } },
} as const satisfies Record<string, OperationExamples>;
