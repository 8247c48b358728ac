import { describe, expect, test } from '@jest/globals';
import { Configuration, readVariables } from '../../../platform/config/index.js';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { TestClock } from '../testing/auth-app.js';
import { AccessTokens } from './access-tokens.js';
import { StreamTickets } from './stream-tickets.js';

const keys = new SecretKeys(new Configuration(readVariables({}), 'a master key of at least 32 bytes'));
const SESSION = { userId: 7, version: 3, sessionId: 'session' };
const REFUSED = { code: 'auth.ticket_invalid', kind: 'unauthenticated' };

describe('StreamTickets', () => {
  test('names the session for a minute', async () => {
    const clock = new TestClock();
    const tickets = new StreamTickets(keys, clock);
    const { ticket, expires_in } = await tickets.issue(SESSION);

    clock.advance(expires_in * 1_000 - 1_000);
    expect([expires_in, await tickets.verify(ticket)]).toEqual([60, SESSION]);
    clock.advance(1_000);
    await expect(tickets.verify(ticket)).rejects.toMatchObject(REFUSED);
  });

  test('takes no access token for a ticket, and is taken for none', async () => {
    const clock = new TestClock();
    const [tickets, tokens] = [new StreamTickets(keys, clock), new AccessTokens(keys, clock)];

    await expect(tickets.verify(await tokens.sign(SESSION))).rejects.toMatchObject(REFUSED);
    await expect(tokens.verify((await tickets.issue(SESSION)).ticket)).rejects.toMatchObject({
      code: 'auth.token_invalid',
    });
  });

  test.each(['', 'a.b.c', 'ticket'])('refuses %j', async (ticket) => {
    await expect(new StreamTickets(keys, new TestClock()).verify(ticket)).rejects.toMatchObject(REFUSED);
  });
});
