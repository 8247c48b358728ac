// A spec is no part of the bundle.
// eslint-disable-next-line @typescript-eslint/no-restricted-imports
import { AUDIT_ACTIONS, AUDIT_TARGETS, type AuditAction, type AuditEntry } from '@atelier/contracts';
import { describe, expect, it } from '@jest/globals';
import { auditEntry } from '../../testing/audit-fixtures';
import { AUDIT_ACTION_ORDER, actionLabel, actorInWords, keyInWords, sentenceOf } from './audit-sentences';
import { TARGET_TYPE_ORDER, targetIdHelp, targetTitle, targetTypeLabel } from './audit-targets';

const USER: Partial<AuditEntry> = { target: { type: 'user', id: '2', name: 'Ben' }, before: null, after: null };
const KEY: Partial<AuditEntry> = {
  target: { type: 'api_key', id: '0123456789ab', name: 'Shop' },
  before: null,
  after: null,
};
const ACCOUNT: Partial<AuditEntry> = { target: { type: 'credit_account', id: '2', name: 'Ben' }, before: null };
const OPENAI: Partial<AuditEntry> = { target: { type: 'provider', id: 'openai', name: null } };
const HOOK: Partial<AuditEntry> = {
  target: { type: 'webhook', id: '019ab000-0000-7000-8000-0000000000aa', name: 'orders' },
  before: null,
  after: null,
};

/** Every action with what an entry of it may hold, and how it reads. */
const SENTENCES: readonly (readonly [action: AuditAction, entry: Partial<AuditEntry>, sentence: string])[] = [
  ['session.begin', USER, 'signed in'],
  ['session.begin', { ...USER, actor: null, result: 'refused' }, 'tried to sign in as Ben'],
  ['session.begin', { ...USER, actor: null, target: null, result: 'refused' }, 'tried to sign in'],
  ['session.end', USER, 'signed out'],
  ['password.change', USER, 'changed their password'],
  [
    'access.refuse',
    { target: { type: 'route', id: 'GET /api/v1/admin/users', name: null } },
    'asked for GET /api/v1/admin/users',
  ],
  ['user.create', { ...USER, after: { kind: 'person', name: 'Ben', role: 'member' } }, 'created the user Ben'],
  ['user.create', { ...USER, after: { kind: 'person', name: 'Ben', role: 'admin' } }, 'created Ben as an admin'],
  ['user.create', { ...USER, after: { kind: 'service', name: 'Shop' } }, 'created the service account Shop'],
  [
    'user.change',
    { ...USER, before: { role: 'member' }, after: { role: 'admin' } },
    'changed role of Ben from member to admin',
  ],
  ['user.change', { ...USER, before: { status: 'active' }, after: { status: 'disabled' } }, 'disabled Ben'],
  ['user.change', { ...USER, before: { status: 'disabled' }, after: { status: 'active' } }, 'enabled Ben'],
  [
    'user.change',
    { ...USER, after: { name: 'B', role: 'admin', status: 'active' } },
    'changed name, role and status of Ben',
  ],
  ['user.invite', USER, 'made a new invitation link for Ben'],
  ['user.accept', USER, 'accepted their invitation'],
  ['api_key.create', { ...KEY, after: { name: 'CI', user_id: 1 } }, 'created the API key “CI”'],
  [
    'api_key.create',
    { ...KEY, after: { name: 'CI', user_id: 2, user_name: 'Ben' } },
    'created the API key “CI” for Ben',
  ],
  ['api_key.create', { ...KEY, after: { name: 'CI', user_id: 2 } }, 'created the API key “CI” for user 2'],
  [
    'api_key.change',
    { ...KEY, before: { monthly_credit_limit: null }, after: { monthly_credit_limit: 1_500 } },
    'changed monthly limit of the API key “Shop” from none to 1,500 credits',
  ],
  [
    'api_key.change',
    { ...KEY, before: { allowed_addresses: [] }, after: { allowed_addresses: ['10.0.0.0/8', '::1'] } },
    'changed allowed addresses of the API key “Shop” from none to 10.0.0.0/8, ::1',
  ],
  [
    'api_key.rotate',
    { ...KEY, after: { secret: 'changed', grace_seconds: 86_400 } },
    'gave the API key “Shop” a new secret; the old secret goes on for 1 day',
  ],
  [
    'api_key.rotate',
    { ...KEY, after: { secret: 'changed', grace_seconds: 0 } },
    'gave the API key “Shop” a new secret; the old secret ended at once',
  ],
  ['api_key.revoke', KEY, 'revoked the API key “Shop”'],
  ['settings.change', {}, 'changed Standard price from 4 to 5 credits'],
  [
    'settings.change',
    { before: { provider_gemini_enabled: 'false' }, after: { provider_gemini_enabled: 'true' } },
    'turned Gemini on',
  ],
  [
    'settings.change',
    { before: { provider_openai_standard_model: 'a' }, after: { provider_openai_standard_model: 'b' } },
    'changed OpenAI, Standard: model from a to b',
  ],
  [
    'settings.change',
    { before: { prompt_enhancer_instruction: '' }, after: { prompt_enhancer_instruction: 'x'.repeat(100) } },
    `changed Instruction from none to ${'x'.repeat(80)}…`,
  ],
  [
    'provider_credentials.change',
    { ...OPENAI, before: { api_key: 'none' }, after: { api_key: 'changed: ends in 1234' } },
    'added a key for OpenAI',
  ],
  [
    'provider_credentials.change',
    { ...OPENAI, before: { api_key: 'ends in 1234' }, after: { api_key: 'changed: ends in 9876' } },
    'replaced the key of OpenAI',
  ],
  [
    'provider_credentials.change',
    {
      ...OPENAI,
      before: { base_url: null, api_key: 'ends in 1234' },
      after: { base_url: 'https://proxy.example/v1', api_key: 'changed: none' },
    },
    'removed the key of OpenAI and set the address of OpenAI to https://proxy.example/v1',
  ],
  [
    'provider_credentials.change',
    { ...OPENAI, before: { base_url: 'https://proxy.example/v1' }, after: { base_url: null } },
    'removed the address of OpenAI',
  ],
  ['credits.grant', { ...ACCOUNT, after: { grant_id: 'g', amount: 250 } }, 'granted 250 credits to Ben'],
  ['credits.revoke', { ...ACCOUNT, after: { grant_id: 'g', amount: 1 } }, 'took 1 credit back from Ben'],
  ['credits.release_account', ACCOUNT, 'released the frozen account of Ben'],
  [
    'webhook.create',
    { ...HOOK, after: { url: 'https://shop.example/hook' } },
    'created a webhook to https://shop.example/hook',
  ],
  [
    'webhook.change',
    { ...HOOK, before: { enabled: false }, after: { enabled: true } },
    'turned on the webhook “orders”',
  ],
  [
    'webhook.change',
    { ...HOOK, before: { enabled: true }, after: { enabled: false } },
    'turned off the webhook “orders”',
  ],
  [
    'webhook.change',
    { ...HOOK, before: { url: 'https://a.example' }, after: { url: 'https://b.example' } },
    'changed address of the webhook “orders” from https://a.example to https://b.example',
  ],
  [
    'webhook.rotate',
    { ...HOOK, after: { secret: 'changed', grace_seconds: 3_600 } },
    'gave the webhook “orders” a new secret; the old secret goes on for 1 hour',
  ],
  ['webhook.disable', HOOK, 'turned off the webhook “orders”, which kept failing'],
  ['webhook.delete', HOOK, 'deleted the webhook “orders”'],
];

describe('the sentences of the audit log', () => {
  it.each([...SENTENCES])('%s: %j', (action, entry, sentence) => {
    expect(sentenceOf(auditEntry({ action, ...entry }))).toBe(sentence);
  });

  it.each([...AUDIT_ACTIONS])('%s has one, and a name in the filter', (action) => {
    expect(SENTENCES.some(([tested]) => tested === action)).toBe(true);
    expect(AUDIT_ACTION_ORDER).toContain(action);
    expect(actionLabel(action)).toMatch(/^[A-Z]/);
  });

  it.each([...AUDIT_ACTIONS])('%s reads well when the entry holds less than usual', (action) => {
    const sentence = sentenceOf(auditEntry({ action, before: null, after: null, target: null }));

    expect(sentence).toMatch(/^[a-z].*[^.]$/);
    expect(sentence).not.toMatch(/undefined|null|NaN|\s\s/);
  });

  it('names what it does not know', () => {
    const unknown: AuditEntry = JSON.parse(JSON.stringify({ ...auditEntry(), action: 'moon.landing' }));

    expect(sentenceOf(unknown)).toBe('did moon.landing');
  });

  it('says who it was, the server itself, or that nobody knows', () => {
    expect(actorInWords(auditEntry())).toBe('Ana');
    expect(actorInWords(auditEntry({ actor: null }))).toBe('Atelier');
    expect(actorInWords(auditEntry({ actor: null, result: 'refused' }))).toBe('Somebody');
  });

  it('says with which key, by its name where that is known', () => {
    const actor = { id: 1, name: 'Ana', api_key_id: '0123456789ab', api_key_name: 'CI' };

    expect(keyInWords(actor)).toBe('the API key “CI”');
    expect(keyInWords({ ...actor, api_key_name: null })).toBe('the API key 0123456789ab');
    expect(keyInWords({ ...actor, api_key_id: null, api_key_name: null })).toBeUndefined();
    expect(keyInWords(null)).toBeUndefined();
  });
});

describe('the targets of the audit log', () => {
  it.each([...AUDIT_TARGETS])('%s has a name, and words for how one is found', (type) => {
    expect(TARGET_TYPE_ORDER).toContain(type);
    expect(targetTypeLabel(type)).toMatch(/^[A-Z]/);
    expect(targetIdHelp(type)).toMatch(/\.$/);
    expect(targetTitle({ type, id: '019ab000-0000-7000-8000-0000000000aa', name: null })).toMatch(/^\S/);
  });

  it.each([
    ['settings', 'credit_price_premium4', null, 'Premium 4 price'],
    ['user', '2', 'Ben', 'Ben'],
    ['user', '7', null, 'User 7'],
    ['credit_account', '2', 'Ben', 'Credits of Ben'],
    ['credit_account', '7', null, 'Credits of user 7'],
    ['api_key', '0123456789ab', 'Shop', 'API key “Shop”'],
    ['api_key', '0123456789ab', null, 'API key 0123456789ab'],
    ['webhook', '019ab000-0000-7000-8000-0000000000aa', 'shop.example', 'Webhook “shop.example”'],
    ['webhook', '019ab000-0000-7000-8000-0000000000aa', null, 'Webhook 0000000000aa'],
    ['provider', 'huggingface', null, 'Hugging Face'],
  ] as const)('calls %s %s %s: %s', (type, id, name, title) => expect(targetTitle({ type, id, name })).toBe(title));
});
