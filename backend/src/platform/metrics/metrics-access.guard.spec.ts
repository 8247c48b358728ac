import { expect, test } from '@jest/globals';
import type { Request } from 'express';
import { isFromThisMachine } from './metrics-access.guard.js';

const asked = (remoteAddress: string | undefined, headers: Record<string, string> = {}): boolean =>
  isFromThisMachine({
    socket: { remoteAddress },
    headers: { host: 'localhost:3000', ...headers },
  } as unknown as Request);

test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('%s is this machine', (address) => {
  expect(asked(address)).toBe(true);
});

test.each([
  undefined,
  '',
  '10.0.0.1',
  '192.168.1.127',
  '::ffff:10.0.0.1',
  '2001:db8::1',
  '127.0.0.1.evil',
  '1127.0.0.1',
])('%p is elsewhere', (address) => {
  expect(asked(address)).toBe(false);
});

test.each(['localhost', 'LOCALHOST:80', '127.0.0.1:3000', '[::1]:3000'])('the host %s is this machine', (host) => {
  expect(asked('127.0.0.1', { host })).toBe(true);
});

test.each(['studio.example.org', 'localhost.evil.test', '127.0.0.1.evil.test:3000', ''])(
  'the host %p is elsewhere',
  (host) => {
    expect(asked('127.0.0.1', { host })).toBe(false);
  },
);

test.each(['Forwarded', 'Via', 'X-Forwarded-For', 'X-Real-IP'])('a proxy that sends %s is elsewhere', (name) => {
  expect(asked('127.0.0.1', { [name.toLowerCase()]: '127.0.0.1' })).toBe(false);
});
