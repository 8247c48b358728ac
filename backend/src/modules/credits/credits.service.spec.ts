import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { AuditEntryRow } from '../../platform/audit/index.js';
import { IdempotencyKeys } from '../../platform/idempotency/index.js';
import { Metrics } from '../../platform/metrics/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { SYSTEM_ACTOR } from './credit-ledger.js';
import { CreditsService } from './credits.service.js';
import { LedgerAuditor } from './ledger-auditor.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { ADMINISTRATOR, type TestCredits, openCredits } from './testing/open-credits.js';

describeAppOnEveryDatabase('CreditsService', (start) => {
  async function open(): Promise<TestCredits & { credits: CreditsService }> {
    const books = await openCredits(start);
    return { ...books, credits: books.app.get(CreditsService) };
  }

  test('tells the balance of one person and of several, and of nobody who has no account', async () => {
    const { credits, join, hold } = await open();
    const [anna, ben] = [await join('Anna', 10), await join('Ben', 20)];
    await join('Cleo', 30);
    await hold(anna.id, 3);

    const balance = { available: 7, held: 3, consumed: 0, granted: 10 };
    expect(await credits.balanceOf(anna.id)).toEqual(balance);
    expect([...(await credits.balancesOf([ben.id, anna.id, 999]))].sort(([a], [b]) => a - b)).toEqual([
      [anna.id, balance],
      [ben.id, { available: 20, held: 0, consumed: 0, granted: 20 }],
    ]);
    await expect(credits.balanceOf(999)).rejects.toThrow('User 999 has no credit account');
    await expect(credits.entriesOf(999, { limit: 1 })).rejects.toThrow('User 999 has no credit account');
  });

  test('tells in the statement what happened, the newest first', async () => {
    const { credits, join, hold, transactions, ledger, clock } = await open();
    const [anna, ben] = [await join('Anna', 10), await join('Ben', 5)];
    const item = await hold(anna.id, 4);
    const imageId = randomUUID();
    await transactions.run((tx) => ledger.capture(tx, item, imageId));
    const failed = await hold(anna.id, 1);
    await transactions.run((tx) => ledger.release(tx, failed, 'provider.timeout', SYSTEM_ACTOR));
    await hold(ben.id, 1);

    const page = await credits.entriesOf(anna.id, { limit: 10 });

    const created_at = new Date(clock.nowMs).toISOString();
    expect(page).toMatchObject({ has_more: false, next_cursor: null });
    expect(page.data.map(({ id: _, generation_id: __, ...entry }) => entry)).toEqual(
      [
        ['release', 1, 6, 0, null, 'provider.timeout', 'system'],
        ['hold', 1, 5, 1, null, null, `user:${anna.id}`],
        ['capture', 4, 6, 0, imageId, null, 'system'],
        ['hold', 4, 6, 4, null, null, `user:${anna.id}`],
        ['grant', 10, 10, 0, null, 'Initial credits', 'system'],
      ].map(([kind, amount, available_after, held_after, image_id, reason, actor]) => ({
        kind,
        amount,
        available_after,
        held_after,
        image_id,
        reason,
        actor,
        created_at,
      })),
    );
    const [release, , capture, hold4] = page.data;
    expect(hold4?.generation_id).toEqual(capture?.generation_id);
    expect(capture?.id).toBe(hold4?.id.replace('.hold', '.capture'));
    expect(release?.generation_id).not.toEqual(capture?.generation_id);
  });

  test('turns the pages of the statement, of all kinds or of one', async () => {
    const { credits, join, hold } = await open();
    const anna = await join('Anna', 10);
    for (let n = 0; n < 4; n += 1) await hold(anna.id, 1);

    const first = await credits.entriesOf(anna.id, { limit: 2 });
    expect(first.data.map(({ held_after }) => held_after)).toEqual([4, 3]);
    expect(first).toMatchObject({ has_more: true, next_cursor: '4' });
    const second = await credits.entriesOf(anna.id, { limit: 2, cursor: 4 });
    expect(second.data.map(({ held_after }) => held_after)).toEqual([2, 1]);
    expect(second).toMatchObject({ has_more: true, next_cursor: '2' });
    const last = await credits.entriesOf(anna.id, { limit: 2, cursor: 2 });
    expect(last).toMatchObject({ data: [{ kind: 'grant' }], has_more: false, next_cursor: null });
    expect(await credits.entriesOf(anna.id, { limit: 3 })).toMatchObject({ has_more: true, next_cursor: '3' });

    const grants = await credits.entriesOf(anna.id, { limit: 1, kind: 'grant' });
    expect(grants).toMatchObject({ data: [{ kind: 'grant', amount: 10 }], has_more: false });
  });

  test('refuses to tell of an entry that moves credits in no known way', async () => {
    const { credits, join, dataSource, transactions } = await open();
    const anna = await join('Anna', 10);
    const grant = await dataSource.manager.findOneByOrFail(LedgerEntry, { seq: 1 });
    for (const [seq, move] of [
      [2, { src: 'CONSUMED', dst: 'AVAILABLE' }],
      [3, { src: 'OUTSIDE', dst: 'HELD' }],
    ] as const) {
      await transactions.run((tx) => tx.insert(LedgerEntry, Object.assign(grant, move, { id: `strange-${seq}`, seq })));
      await expect(credits.entriesOf(anna.id, { limit: 1 })).rejects.toThrow(
        `Entry strange-${seq} moves credits from ${move.src} to ${move.dst}`,
      );
    }
  });

  test('grants and revokes, in the name of whoever did it', async () => {
    const { credits, join, dataSource } = await open();
    const anna = await join('Anna', 10);

    const granted = await credits.grant(ADMINISTRATOR, { user_id: anna.id, amount: 5, reason: 'A present' });
    expect(granted).toMatchObject({ grant: { balance: { available: 15, held: 0 } }, isReplay: false });
    const revoked = await credits.grant(ADMINISTRATOR, { user_id: anna.id, amount: -7, reason: 'A mistake' });
    expect(revoked).toMatchObject({ grant: { balance: { available: 8, held: 0 } }, isReplay: false });

    const { data } = await credits.entriesOf(anna.id, { limit: 2 });
    const actor = `user:${ADMINISTRATOR.id}`;
    expect(data).toMatchObject([
      { id: revoked.grant.id, kind: 'revoke', amount: 7, reason: 'A mistake', actor },
      { id: granted.grant.id, kind: 'grant', amount: 5, reason: 'A present', actor },
    ]);
    const entry = await dataSource.manager.findOneByOrFail(LedgerEntry, { id: revoked.grant.id });
    expect([entry.actorType, entry.actorId]).toEqual(['user', String(ADMINISTRATOR.id)]);
    expect(await credits.balanceOf(anna.id)).toMatchObject({ granted: 8, available: 8 });
    const audited = await dataSource.manager.find(AuditEntryRow, {
      where: { targetType: 'credit_account', targetId: String(anna.id) },
      order: { sequence: 'ASC' },
    });
    const grantIds = [granted.grant.id.replace('.grant', ''), revoked.grant.id.replace('.revoke', '')];
    expect(audited.map(({ actorId, action, after, detail }) => [actorId, action, after, detail])).toEqual([
      [ADMINISTRATOR.id, 'credits.grant', JSON.stringify({ grant_id: grantIds[0], amount: 5 }), 'A present'],
      [ADMINISTRATOR.id, 'credits.revoke', JSON.stringify({ grant_id: grantIds[1], amount: 7 }), 'A mistake'],
    ]);
  });

  test('grants once under a key, and answers the same again', async () => {
    const { app, credits, join } = await open();
    const anna = await join('Anna', 10);
    const request = { user_id: anna.id, amount: 5, reason: 'A present' };

    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => credits.grant(ADMINISTRATOR, request, 'double click')),
    );

    expect(outcomes.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
    expect(new Set(outcomes.map(({ grant }) => JSON.stringify(grant))).size).toBe(1);
    await expect(credits.grant(ADMINISTRATOR, { ...request, amount: 6 }, 'double click')).rejects.toMatchObject({
      code: 'request.idempotency_conflict',
    });
    await credits.grant({ ...ADMINISTRATOR, id: 2_000_000 }, request, 'double click');
    expect(await credits.balanceOf(anna.id)).toMatchObject({ granted: 20 });
    // The key is that of this route: elsewhere it would be another one.
    const keyed = { principal: `user:${ADMINISTRATOR.id}`, key: 'double click', body: request };
    const routes = ['POST /api/v1/admin/credits/grants', 'POST /api/v1/studio/generate'];
    const found = await Promise.all(routes.map((route) => app.get(IdempotencyKeys).find({ ...keyed, route })));
    expect(found).toEqual([outcomes[0]?.grant.id, undefined]);
  });

  test('refuses what can not be granted or revoked, and changes nothing', async () => {
    const { credits, join, hold, transactions } = await open();
    const anna = await join('Anna', 10);
    await hold(anna.id, 10);
    const grant = (amount: number, user_id = anna.id) =>
      credits.grant(ADMINISTRATOR, { user_id, amount, reason: 'test' });

    await expect(grant(1, 999)).rejects.toMatchObject({ code: 'users.not_found' });
    await expect(grant(-1)).rejects.toMatchObject({
      code: 'credits.grant_invalid',
      message: 'There are no available credits to take back.',
    });
    await expect(grant(1_000_000_000_000 - 9)).rejects.toMatchObject({ code: 'credits.grant_invalid' });
    expect(await credits.balanceOf(anna.id)).toEqual({ available: 0, held: 10, consumed: 0, granted: 10 });
    await grant(1_000_000_000_000 - 10);
    expect(await credits.balanceOf(anna.id)).toMatchObject({ granted: 1_000_000_000_000 });

    await transactions.run((tx) => tx.delete(CreditAccount, { ownerId: String(anna.id) }));
    await expect(grant(1)).rejects.toThrow(`User ${anna.id} has no credit account`);
  });

  test('counts the open holds and the credits in them', async () => {
    const { app, clock, join, hold, transactions, ledger } = await open();
    const anna = await join('Anna', 10);
    const metrics = app.get(Metrics);
    expect(await metrics.format()).toContain('\natelier_credit_holds 0\n');
    const item = await hold(anna.id, 3);
    await hold(anna.id, 4);

    // The database is asked every five seconds at most.
    clock.nowMs += 4_999;
    expect(await metrics.format()).toContain('\natelier_credits_held 0\n');
    clock.nowMs += 1;
    const counted = await metrics.format();
    expect(counted).toContain('\natelier_credit_holds 2\n');
    expect(counted).toContain('\natelier_credits_held 7\n');
    expect(counted).toContain('# HELP atelier_credit_holds Open holds.');
    expect(counted).toContain('# HELP atelier_credits_held Credits in open holds.');

    await transactions.run((tx) => ledger.capture(tx, item, randomUUID()));
    clock.nowMs += 5_000;
    expect(await metrics.format()).toContain('\natelier_credits_held 4\n');
  });

  test('tells when the books were last audited and what that found', async () => {
    const { app, clock, join, transactions } = await open();
    const anna = await join('Anna', 10);
    const metrics = app.get(Metrics);
    const told = async () =>
      (await metrics.format()).split('\n').filter((line) => line.startsWith('atelier_ledger_audit_'));
    // No audit has been made yet, and a number would be a lie.
    expect(await told()).toEqual([]);
    await transactions.run((tx) =>
      tx.query('UPDATE credit_account SET available = 9, consumed = 1 WHERE owner_id = ?', [String(anna.id)]),
    );
    clock.nowMs += 5_000;

    await app.get(LedgerAuditor).audit();

    expect(await told()).toEqual([
      `atelier_ledger_audit_verified_timestamp_seconds ${clock.nowMs / 1_000}`,
      'atelier_ledger_audit_entries 1',
      'atelier_ledger_audit_mismatches 2',
    ]);
    const text = await metrics.format();
    expect(text).toContain(
      '# HELP atelier_ledger_audit_verified_timestamp_seconds When every account was last checked.',
    );
    expect(text).toContain('# HELP atelier_ledger_audit_entries Entries that the latest check added up.');
    expect(text).toContain('# HELP atelier_ledger_audit_mismatches What did not add up at the latest check.');
  });
});
