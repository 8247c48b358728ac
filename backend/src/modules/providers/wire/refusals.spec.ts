import { describe, expect, it } from '@jest/globals';
import { readRefusal, refusalError } from './refusals.js';

const errorOf = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  refusalError({ status, headers, body: Buffer.from(JSON.stringify(body)) }, { vendorLabel: 'Vendor' });

describe('readRefusal', () => {
  it.each([
    [
      'an object',
      { error: { message: 'No', code: 'bad', type: 'kind' } },
      { message: 'No', code: 'bad', type: 'kind' },
    ],
    ['a code in digits', { error: { message: 'No', code: 503 } }, { message: 'No', code: '503' }],
    ['an empty object', { error: {} }, { message: '' }],
    ['an error in a list', [{ error: { message: 'No', code: 7 } }], { message: 'No', code: '7' }],
    [
      'a status with details',
      { error: { code: 429, message: 'No', status: 'EXHAUSTED', details: [{ a: 1 }] } },
      { message: 'No', code: '429', type: 'EXHAUSTED', details: [{ a: 1 }] },
    ],
    ['a text', { error: 'No' }, { message: 'No' }],
    ['a word with a text', { error: 'server_error', message: 'No' }, { message: 'server_error' }],
    ['a detail', { detail: 'No' }, { message: 'No' }],
    ['a list of details', { detail: [{ loc: ['body'], msg: 'No', type: 'kind' }] }, { message: 'No', type: 'kind' }],
    ['nothing but a message', { message: 'No' }, { message: 'No' }],
  ])('reads %s', (_, body, expected) => {
    expect(readRefusal(Buffer.from(JSON.stringify(body)))).toEqual({
      code: undefined,
      type: undefined,
      details: [],
      ...expected,
    });
  });

  it.each(['', 'null', '[]', '{}', '<html>', '{"error":7}', '{"detail":[]}'])('finds none in %s', (body) => {
    expect(readRefusal(Buffer.from(body))).toBeUndefined();
  });
});

describe('refusalError', () => {
  it('reads the code before the type, and the type before the status', () => {
    const ofSafety = { error: { code: 'moderation_blocked', type: 'insufficient_quota' } };
    expect(errorOf(429, ofSafety)).toMatchObject({ category: 'content_rejected', providerCode: 'moderation_blocked' });
    expect(errorOf(429, { error: { type: 'insufficient_quota' } })).toMatchObject({
      category: 'quota_exhausted',
      providerCode: 'insufficient_quota',
      retryable: false,
    });
    expect(errorOf(422, { detail: [{ msg: 'No', type: 'content_policy_violation' }] }).category).toBe(
      'content_rejected',
    );
    expect(errorOf(400, { error: { code: 'team_spend_limit_exceeded' } }).category).toBe('quota_exhausted');
    expect(errorOf(429, { error: { code: 'constructor' } }).category).toBe('rate_limited');
  });

  it('asks the reader before all else', () => {
    const judge = (status: number) =>
      status === 418 ? ({ category: 'timeout', message: 'Tea.' } as const) : undefined;
    const answer = { headers: {}, body: Buffer.from('') };
    expect(refusalError({ ...answer, status: 418 }, { vendorLabel: 'Vendor', judge })).toMatchObject({
      category: 'timeout',
      message: 'Tea.',
    });
    expect(refusalError({ ...answer, status: 404 }, { vendorLabel: 'Vendor', judge }).category).toBe('invalid_request');
  });

  it('finds what decides in a list of troubles', () => {
    const detail = [
      { msg: 'Too long', type: 'string_too_long' },
      { msg: 'No', type: 'content_policy_violation' },
    ];
    expect(errorOf(422, { detail }).category).toBe('content_rejected');
  });

  it('asks the reader whether and when to try again, unless the content is to blame', () => {
    const patience = () => ({ retryable: true, retryAfterMs: 2_500 });
    const answer = { status: 422, headers: {}, body: Buffer.from('{"detail":"No"}') };
    const reader = { vendorLabel: 'Vendor', patience };
    expect(refusalError(answer, reader)).toMatchObject({ retryable: true, retryAfterMs: 2_500 });
    expect(refusalError({ ...answer, status: 451 }, reader).retryable).toBe(false);
    const silent = { vendorLabel: 'Vendor', patience: () => ({ retryable: undefined, retryAfterMs: undefined }) };
    const limited = { ...answer, status: 429, headers: { 'retry-after': '7' } };
    expect(refusalError(limited, silent)).toMatchObject({ retryable: true, retryAfterMs: 7_000 });
  });

  it('says whose model is gone', () => {
    for (const body of [{ error: { code: 'model_not_found' } }, { error: "The model 'x' does not exist." }]) {
      expect(errorOf(400, body).message).toContain('Vendor no longer offers the model');
    }
  });

  it('keeps the wait where waiting helps, and nothing that the vendor wrote', () => {
    const error = errorOf(429, { error: { message: 'sk-secret', code: 'sk-secret of us' } }, { 'retry-after': '7' });
    expect(error).toMatchObject({ retryAfterMs: 7_000, providerCode: undefined });
    expect(error.message).not.toContain('sk-secret');
    expect(errorOf(500, {}, { 'retry-after': '7' })).toMatchObject({
      category: 'provider_unavailable',
      retryAfterMs: undefined,
    });
  });
});
