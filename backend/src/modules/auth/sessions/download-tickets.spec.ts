import { describe, expect, test } from '@jest/globals';
import { Configuration, readVariables } from '../../../platform/config/index.js';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { Limiters } from '../../../platform/throttling/index.js';
import { TestClock } from '../testing/auth-app.js';
import { AccessTokens } from './access-tokens.js';
import { DownloadTickets } from './download-tickets.js';
import { StreamTickets } from './stream-tickets.js';

const keys = new SecretKeys(new Configuration(readVariables({}), 'a master key of at least 32 bytes'));
const SESSION = { userId: 7, version: 3, sessionId: 'session' };
const REFUSED = { code: 'auth.ticket_invalid', kind: 'unauthenticated' };

describe('DownloadTickets', () => {
  const make = (clock = new TestClock()) => new DownloadTickets(keys, new Limiters({ commands: undefined }), clock);

  test('names the session once, within a minute', async () => {
    const clock = new TestClock();
    const tickets = make(clock);
    const [first, second, late] = [
      await tickets.issue(SESSION),
      await tickets.issue(SESSION),
      await tickets.issue(SESSION),
    ];

    clock.advance(59_000);
    expect(await tickets.redeem(first.ticket)).toEqual(SESSION);
    await expect(tickets.redeem(first.ticket)).rejects.toMatchObject(REFUSED);
    expect(await tickets.redeem(second.ticket)).toEqual(SESSION);
    clock.advance(1_000);
    await expect(tickets.redeem(late.ticket)).rejects.toMatchObject(REFUSED);
  });

  test('lets one of many in who come with it at the same moment', async () => {
    const tickets = make();
    const { ticket } = await tickets.issue(SESSION);

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => tickets.redeem(ticket)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('knows a used one again that is written differently', async () => {
    const tickets = make();
    const { ticket } = await tickets.issue(SESSION);
    await tickets.redeem(ticket);

    // Of the last character of 256 bits in base64url two bits mean nothing.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const last of alphabet) {
      await expect(tickets.redeem(ticket.slice(0, -1) + last)).rejects.toMatchObject(REFUSED);
    }
  });

  test('takes no other token for a ticket, and is taken for none', async () => {
    const clock = new TestClock();
    const [tickets, streams, tokens] = [make(clock), new StreamTickets(keys, clock), new AccessTokens(keys, clock)];
    const { ticket } = await tickets.issue(SESSION);

    await expect(tickets.redeem(await tokens.sign(SESSION))).rejects.toMatchObject(REFUSED);
    await expect(tickets.redeem((await streams.issue(SESSION)).ticket)).rejects.toMatchObject(REFUSED);
    await expect(streams.verify(ticket)).rejects.toMatchObject(REFUSED);
    await expect(tokens.verify(ticket)).rejects.toMatchObject({ code: 'auth.token_invalid' });
  });

  test.each(['', 'a.b.c', 'ticket'])('refuses %j', async (ticket) => {
    await expect(make().redeem(ticket)).rejects.toMatchObject(REFUSED);
  });
});
