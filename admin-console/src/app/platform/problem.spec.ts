import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';
// A spec is no part of the bundle.
// eslint-disable-next-line @typescript-eslint/no-restricted-imports
import { PROBLEM_CODES, type Problem, type ProblemCode } from '@atelier/contracts';
import { describe, expect, it } from '@jest/globals';
import { outage, refusal } from '../../testing/fake-api';
import { fieldMessages, problemOf, problemSentence, retryAfterSeconds } from './problem';
import { explanations } from './problem-explanations';

const answered = (code: ProblemCode, more: Partial<Problem> = {}) => refusal(422, code, more);

describe('problemSentence', () => {
  it.each([...PROBLEM_CODES])('explains %s in whole sentences, with what to do next', (code) => {
    const sentence = problemSentence(answered(code));

    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(explanations[code].next).toMatch(/^[A-Z].*\.$/);
    expect(sentence.endsWith(explanations[code].next)).toBe(true);
    expect(sentence).not.toMatch(/oops|sorry|undefined|\bnull\b|\s\s/i);
  });

  it.each(PROBLEM_CODES.filter((code) => /^(provider\.|credits\.insufficient|enhancer|studio\.queue_full)/.test(code)))(
    'says of %s whether it cost anything',
    (code) => {
      expect(problemSentence(answered(code))).toContain('You were not charged.');
      expect(problemSentence(answered(code, { charged: true }))).toContain('You were charged only for');
    },
  );

  it('answers for the money of any problem that the studio met, and of no other', () => {
    expect(problemSentence(answered('server.error', { instance: '/api/v1/studio/generate' }))).toContain('not charged');
    expect(problemSentence(answered('server.error', { generation_id: 'g' }))).toContain('not charged');
    expect(problemSentence(answered('server.error', { instance: '/api/v1/admin/users' }))).not.toContain('charged');
  });

  it('names the first refused field and how many more there are', () => {
    const errors = [
      { path: 'credit_price_standard', message: 'must be a whole number' },
      { path: 'initial_credits', message: 'must be at least 0' },
    ];

    expect(problemSentence(answered('settings.invalid', { errors }))).toBe(
      'Not accepted: credit_price_standard must be a whole number and 1 more. Nothing was saved. Correct it and save again.',
    );
  });

  it('explains a failed generation, which carries no more than its code', () => {
    expect(problemSentence({ code: 'provider.timeout', detail: '', retryable: true, charged: false })).toBe(
      'The provider took too long to answer. You were not charged. Try again or choose another provider.',
    );
  });

  it('tells a server out of reach from one that answered', () => {
    expect(problemSentence(outage())).toBe('We can’t reach the server. Try again.');
  });

  it.each([
    new Error('x'),
    undefined,
    new HttpErrorResponse({ status: 502, error: '<html>' }),
    { code: 'toString', charged: false },
  ])('has a sentence for what is not one of our problems: %p', (error) => {
    expect(problemSentence(error)).toMatch(/^Something went wrong\./);
  });
});

describe('parsing a problem', () => {
  it('finds it in the answer', () => {
    expect(problemOf(answered('users.email_taken'))?.code).toBe('users.email_taken');
    expect(problemOf(outage())).toBeNull();
  });

  it('lists refused fields by path', () => {
    const errors = [{ path: 'email', message: 'must be an e-mail address' }];
    expect(fieldMessages(answered('request.invalid', { errors }))).toEqual({ email: 'must be an e-mail address' });
    expect(fieldMessages(outage())).toEqual({});
  });

  it('reads how long to wait, as seconds or as a date', () => {
    const wait = (value: string) =>
      retryAfterSeconds(new HttpErrorResponse({ status: 429, headers: new HttpHeaders({ 'Retry-After': value }) }));

    expect(wait('120')).toBe(120);
    expect(wait(new Date(Date.now() + 30_500).toUTCString())).toBeGreaterThan(25);
    expect(wait('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
    expect(wait('soon')).toBeNull();
    expect(retryAfterSeconds(outage())).toBeNull();
  });
});
