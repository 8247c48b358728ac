import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withToken } from '../support/api-client.js';
import { ApiDocument } from '../support/api-document.js';
import { ADMINS, type Cast, castFor, type Principal, USERS } from '../support/fuzz/principals.js';
import { type FuzzOperation, type FuzzRequest, requestsOf } from '../support/fuzz/requests.js';
import { complaintAboutBody, complaintAboutHead } from '../support/promised-answers.js';
import { operationsOf, resolverOf } from '../support/fuzz/document.js';
import { send } from '../support/fuzz/send.js';
import { type Server, startServer, untilReady } from '../support/server.js';
import { expectBooksInOrder } from '../support/standing.js';

/** Requests of each operation; `npm run fuzz` sends more. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 20);
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
const MS_PER_REQUEST = 60;

/** Who may fail beside us, as the code of the problem says. */
const OTHERS_FAULT = /"code":"(provider|enhancer)\./;

/** These read all that the others have written, or change what the others can do: the first at first, the last at last. */
const FIRST = ['exportAuditLog', 'verifyAuditLog', 'auditLedger', 'getLedgerAudit'];
const LAST = ['changeStudioSettings', 'changeProviderCredentials', 'testProvider'];

describe('requests made from the document', () => {
  let server: Server;
  let cast: Cast;
  const { document } = ApiDocument.committed();

  beforeAll(async () => {
    server = await startServer({ env: { OUTBOUND_ALLOW: '127.0.0.1', WEBHOOK_ALLOW: '127.0.0.1' } });
    cast = await castFor(server);
  });

  afterAll(() => server.dispose());

  const rank = (id: string): number => (FIRST.includes(id) ? 0 : LAST.includes(id) ? 2 : 1);
  const counted = new Map<number, number>();

  async function holds(operation: FuzzOperation & { id: string }, request: FuzzRequest, who: Principal): Promise<void> {
    const answer = await send(server, request, cast.principals[who]);
    counted.set(answer.status, (counted.get(answer.status) ?? 0) + 1);
    const isReadiness = operation.id === 'getReadiness' && answer.status === 503;
    if (answer.status >= 500 && !isReadiness && !OTHERS_FAULT.test(answer.text))
      throw new Error(`It was answered ${answer.status}: ${answer.text}`);
    if (!request.isOnPath || isBeyondTheDocument(operation, request, answer.status)) return;
    const { status, headers, text } = answer;
    const received = { method: request.method, path: request.path.split('?', 1)[0] ?? '', status, headers };
    const complaint = complaintAboutHead(received) ?? (text === '' ? undefined : complaintAboutBody(received, text));
    if (complaint !== undefined) throw new Error(`It was answered ${status}: ${complaint}\n${text.slice(0, 1_000)}`);
  }

  it(
    `${REQUESTS} of each operation are answered as it says, and none breaks anything (seed ${SEED})`,
    async () => {
      const begunAt = Date.now();
      const findings: string[] = [];
      const operations = operationsOf(document).sort((one, other) => rank(one.id) - rank(other.id));
      for (const operation of operations) {
        const source = { resolve: resolverOf(document), known: cast.known(operation.path) };
        const requests = requestsOf(operation, source).filter((request) => !cast.isHarmful(request));
        const outcome = await fc.check(
          fc.asyncProperty(requests, sendersOf(operation), (request, who) => holds(operation, request, who)),
          { numRuns: REQUESTS, seed: SEED, endOnFailure: REQUESTS > 100 },
        );
        if (outcome.failed) {
          const [request, who] = outcome.counterexample ?? [];
          findings.push(
            `${operation.id} by ${who}: ${String(outcome.errorInstance)}\n${JSON.stringify(request).slice(0, 2_000)}`,
          );
        }
      }
      const sent = [...counted.values()].reduce((sum, count) => sum + count, 0);
      const table = [...counted].sort(([one], [other]) => one - other).map(([status, count]) => `${status}: ${count}`);
      process.stdout.write(
        `${sent} requests of ${operations.length} operations in ${Math.round((Date.now() - begunAt) / 1_000)} s (seed ${SEED}); ${table.join(', ')}\n`,
      );
      expect(findings).toEqual([]);
    },
    REQUESTS * 60 * MS_PER_REQUEST + 240_000,
  );

  it('leave the books in order, those who sent them with their rights, and no error of ours in the log', async () => {
    // Not by signing in anew: after so many wrong passwords nobody from here may for a while.
    const token = cast.principals.admin['authorization']?.replace('Bearer ', '') ?? '';
    await expectBooksInOrder(withToken(server, token));
    for (const [name, headers] of Object.entries(cast.principals)) {
      const { status } = await fetch(`${server.origin}/api/v1/credits/balance`, { headers });
      expect([name, status]).toEqual([name, name === 'nobody' ? 401 : 200]);
    }
    await untilReady(server);
    const errors = server
      .logs()
      .split('\n')
      // The failures of others are told as errors too; they were looked at when they were answered.
      .filter((line) => /"level":[56]0/.test(line) && !OTHERS_FAULT.test(line) && !/"status":50[234]/.test(line));
    expect(errors).toEqual([]);
  });
});

/** Mostly somebody whom the operation lets in. */
function sendersOf({ path }: FuzzOperation): fc.Arbitrary<Principal> {
  const often = path.includes('/admin/') ? ADMINS : [...USERS, ...ADMINS];
  return fc.oneof(
    { arbitrary: fc.constantFrom(...often), weight: 8 },
    { arbitrary: fc.constantFrom(...USERS, 'nobody'), weight: 1 },
  );
}

/** Headers that are too long to be read are refused before there is a request, bodies where none belongs before a route is. */
const isBeyondTheDocument = ({ body }: FuzzOperation, request: FuzzRequest, status: number): boolean =>
  status === 431 || (body === undefined && request.body !== undefined && [400, 413, 415].includes(status));
