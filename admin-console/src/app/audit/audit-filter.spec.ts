import { convertToParamMap } from '@angular/router';
import { describe, expect, it } from '@jest/globals';
import { type AuditFilter, auditParams, includesNow, readFilter, writeFilter } from './audit-filter';
import { filterOf, typedFilter } from './typed-filter';

const NOW = Date.parse('2026-11-28T12:00:00.000Z');
const DAY_MS = 86_400_000;

const read = (query: Record<string, string>) => readFilter(convertToParamMap(query));
const defined = (params: object) =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null && value !== undefined));

const FULL = {
  range: 'custom',
  from: '2026-11-03',
  to: '2026-11-05',
  actor: '7',
  key: '0123456789ab',
  action: 'settings.change',
  target: 'settings:credit_price_standard',
  address: '2001:db8::1',
  result: 'refused',
} as const;

describe('the filter of the audit log', () => {
  it('shows the last seven days when nothing else is said', () => {
    expect(auditParams(read({}), NOW)).toEqual({ from: new Date(NOW - 7 * DAY_MS).toISOString() });
    expect(defined(writeFilter(read({})))).toEqual({});
  });

  it('is the same after a way through the address of the page and through the form', () => {
    expect(defined(writeFilter(read(FULL)))).toEqual({ ...FULL, actor: 7 });
    expect(defined(writeFilter(filterOf(typedFilter(read(FULL)))))).toEqual({ ...FULL, actor: 7 });
    expect(filterOf(typedFilter(read({})))).toEqual(read({}));
  });

  it('asks the server for whole days where the reader is', () => {
    expect(auditParams(read(FULL), NOW)).toEqual({
      from: new Date(2026, 10, 3).toISOString(),
      to: new Date(2026, 10, 6).toISOString(),
      actor_id: 7,
      api_key_id: '0123456789ab',
      action: 'settings.change',
      target_type: 'settings',
      target_id: 'credit_price_standard',
      address: '2001:db8::1',
      result: 'refused',
    });
  });

  it.each([
    ['24h', 1],
    ['30d', 30],
    ['90d', 90],
  ])('%s are %d days', (range, days) => {
    expect(auditParams(read({ range }), NOW)).toEqual({ from: new Date(NOW - days * DAY_MS).toISOString() });
  });

  it('finds what the server did by itself', () => {
    expect(auditParams(read({ range: 'all', actor: 'system' }), NOW)).toEqual({ actor_id: 'system' });
    expect(defined(writeFilter(filterOf(typedFilter(read({ actor: 'system' })))))).toEqual({ actor: 'system' });
  });

  it('has no dates for all time, and keeps colons in an id', () => {
    expect(auditParams(read({ range: 'all', target: 'route:GET /a:b' }), NOW)).toEqual({
      target_type: 'route',
      target_id: 'GET /a:b',
    });
    expect(auditParams(read({ range: 'all', target: 'user' }), NOW)).toEqual({ target_type: 'user' });
  });

  it.each<Record<string, string>>([
    { range: 'tomorrow' },
    { actor: 'me' },
    { actor: '0' },
    { key: 'atl_0123456789ab' },
    { action: 'toString' },
    { target: 'moon:1' },
    { address: ' ' },
    { address: 'x'.repeat(65) },
    { result: 'maybe' },
    { from: '2026-11-03' },
  ])('leaves out what makes no sense: %j', (query) => {
    expect(defined(writeFilter(read(query)))).toEqual({});
  });

  it('reads no day that is not in the calendar', () => {
    expect(auditParams(read({ range: 'custom', from: '2026-13-40', to: 'soon' }), NOW)).toEqual({});
  });

  it('knows whether something new can come', () => {
    const until = (to: string): AuditFilter => ({ range: 'custom', to });

    expect(includesNow({ range: '7d' }, NOW)).toBe(true);
    expect(includesNow(until('2026-11-30'), NOW)).toBe(true);
    expect(includesNow(until('2026-11-20'), NOW)).toBe(false);
  });
});
