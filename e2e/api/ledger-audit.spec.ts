import type { AccountStanding, LedgerAuditReport } from '@atelier/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn } from '../support/api-client.js';
import { makeImages } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { parseMetrics } from '../support/metrics-text.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf } from '../support/standing.js';
import { tamper } from '../support/tampering.js';

const REQUEST = { prompt: 'a harbour', tier: 'standard' } as const;

describe('the audit of the ledger', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  const verify = async () => (await admin.post<LedgerAuditReport>('/admin/credits/audit')).body;
  const latest = async () => (await admin.get<LedgerAuditReport>('/admin/credits/audit')).body;
  const release = (id = member.id, actor = admin) =>
    actor.post<AccountStanding>(`/admin/credits/accounts/${id}/release`);
  const move = (credits: number) =>
    tamper(
      server,
      `UPDATE credit_account SET available = available - ${credits}, consumed = consumed + ${credits}
       WHERE owner_id = '${member.id}'`,
    );

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  beforeEach(async () => {
    member = await createMember(server, admin, 10);
  });

  afterAll(() => server.dispose());

  it('says when it last looked, at how much, and what it found; also after a restart', async () => {
    await makeImages(member.client, REQUEST);

    const report = await verify();

    expect(report).toMatchObject({ mismatch_count: 0, mismatches: [], frozen_accounts: [] });
    expect(report.entries_checked).toBeGreaterThanOrEqual(3);
    server = await server.restart();
    admin = await signIn(server);
    expect((await latest()).verified_at >= report.verified_at).toBe(true);
    const metrics = parseMetrics(await (await anonymous(server).raw('/metrics')).text());
    const valueOf = (name: string) => metrics.get(`atelier_ledger_audit_${name}`)?.samples[0]?.value;
    expect(valueOf('mismatches')).toBe(0);
    expect(valueOf('entries')).toBeGreaterThanOrEqual(report.entries_checked);
    expect(valueOf('verified_timestamp_seconds')).toBeGreaterThanOrEqual(
      Math.floor(Date.parse(report.verified_at) / 1_000),
    );
  });

  it('freezes an account that was changed behind its back, and releases it when the books are right again', async () => {
    await move(3);

    const report = await verify();

    const about = { user_id: member.id, email: member.email };
    expect(report.mismatch_count).toBe(2);
    expect(report.mismatches.map(({ user_id }) => user_id)).toEqual([member.id, member.id]);
    expect(report.frozen_accounts).toEqual([{ ...about, name: expect.any(String) }]);
    // The server looks by itself as well, soon after it was started.
    expect(await latest()).toEqual({ ...report, verified_at: expect.any(String) });
    expectProblem(await member.client.post('/studio/generate', REQUEST), 403, 'credits.account_frozen');

    const refusal = expectProblem(await release(), 409, 'credits.account_contradictory');
    expect(refusal.detail).toContain('available is 7, the entries say 10');

    await move(-3);
    expect((await release()).body).toEqual({ user_id: member.id, is_frozen: false });
    expect((await release()).status).toBe(200);
    expect((await latest()).frozen_accounts).toEqual([]);
    await makeImages(member.client, REQUEST);
    expect(await balanceOf(member.client)).toMatchObject({ available: 9, consumed: 1 });
    expect((await verify()).mismatches).toEqual([]);
  });

  it('is for administrators alone', async () => {
    expectProblem(await member.client.get('/admin/credits/audit'), 403, 'auth.forbidden');
    expectProblem(await member.client.post('/admin/credits/audit'), 403, 'auth.forbidden');
    expectProblem(await release(member.id, member.client), 403, 'auth.forbidden');
    expectProblem(await release(999_999), 404, 'users.not_found');
  });
});
