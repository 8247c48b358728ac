import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiKeyScope } from '@atelier/contracts';
import fc from 'fast-check';
import { type ApiClient, signIn } from '../support/api-client.js';
import { assertRights, type Deed, perform } from '../support/rights/deeds.js';
import { World } from '../support/rights/world.js';
import { WORKSPACE } from '../support/server-process.js';
import { type Server, startServer } from '../support/server.js';
import { expectBooksInOrder } from '../support/standing.js';
import { SCOPES } from './authorisation-matrix.js';

const IS_LONG = Number(process.env['FUZZ_REQUESTS'] ?? 0) > 100;
const SEQUENCES = IS_LONG ? 100 : 6;
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));

/** Every field that is stored, as the code and as the database name it. */
function fieldsOf(entity: string): string[] {
  const source = readFileSync(join(WORKSPACE, 'backend', 'src', 'modules', entity), 'utf8');
  const fields = [...source.matchAll(/^ {2}(\w+)!: /gm)].map(([, name = '']) => name);
  return [...new Set(fields.flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]))];
}

const USER_FIELDS = fieldsOf('auth/users/user.entity.ts');
const KEY_FIELDS = fieldsOf('auth/api-keys/api-key.entity.ts');
const WEBHOOK_FIELDS = fieldsOf('webhooks/endpoints/webhook-endpoint.entity.ts');

/** What may be changed, within its rules, and what this changes of nobody's rights. */
const CHANGEABLE = ['name', 'role', 'status', 'expires_at', 'monthly_credit_limit', 'allowed_addresses'];
const FORBIDDEN_FIELDS = [...new Set([...USER_FIELDS, ...KEY_FIELDS, 'isAdmin', 'is_admin', 'password', 'key'])].filter(
  (name) => !CHANGEABLE.includes(name),
);

class DeedCommand implements fc.AsyncCommand<object, World> {
  constructor(private readonly deed: Deed) {}

  check(): boolean {
    return true;
  }

  run(_: object, world: World): Promise<void> {
    return perform(world, this.deed);
  }

  toString(): string {
    return JSON.stringify(this.deed);
  }
}

const number = fc.nat({ max: 20 });
const role = fc.constantFrom('admin', 'member');
const scopes = fc.subarray<ApiKeyScope>([...SCOPES], { minLength: 1 });
const value = fc.constantFrom<unknown>('admin', 'active', 1, 0, true, null, ['admin:users'], 'admin:users', {});
const extra = (fields: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.oneof(
    { arbitrary: fc.constant({}), weight: 4 },
    {
      arbitrary: fc.tuple(fc.constantFrom(...fields), value).map(([field, given]) => ({ [field]: given })),
      weight: 1,
    },
  );
/** Those of the stored fields that no request for a new one has. */
const beyond = (fields: readonly string[], own: readonly string[]): string[] =>
  fields.filter((name) => !own.includes(name));
const KEY_EXTRAS = beyond(KEY_FIELDS, ['name', 'scopes', 'user_id', ...CHANGEABLE]);
const USER_EXTRAS = beyond(USER_FIELDS, ['email', 'name', 'role']);

const deeds: fc.Arbitrary<Deed>[] = [
  fc.record({ do: fc.constant('make key'), actor: number, scopes, account: number, extra: extra(KEY_EXTRAS) }),
  fc.record({
    ...{ do: fc.constant('make user'), actor: number, role, isInvited: fc.boolean() },
    extra: extra(USER_EXTRAS),
  }),
  fc.record({ do: fc.constant('make service account'), actor: number, role }),
  fc.record({
    ...{ do: fc.constant('change user'), actor: number, account: number },
    change: fc.oneof(fc.record({ role }), fc.record({ status: fc.constantFrom('active', 'disabled') })),
  }),
  fc.record({ do: fc.constantFrom('rotate key', 'revoke key'), actor: number, key: number }),
  fc.record({
    ...{ do: fc.constant('meddle with user'), actor: number, account: number },
    ...{ field: fc.constantFrom(...FORBIDDEN_FIELDS), value },
  }),
  fc.record({
    ...{ do: fc.constant('meddle with key'), actor: number, key: number },
    ...{ field: fc.constantFrom(...FORBIDDEN_FIELDS, 'role', 'status'), value },
  }),
  fc.record({
    ...{ do: fc.constant('meddle with webhook'), actor: number },
    ...{ field: fc.constantFrom(...beyond(WEBHOOK_FIELDS, ['url', 'description', 'events', 'enabled'])), value },
  }),
];

describe('rights', () => {
  let server: Server;
  let root: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    root = await signIn(server);
  });

  afterAll(() => server.dispose());

  it(
    `are never more than those of whoever gave them, whatever is done one after the other (seed ${SEED})`,
    async () => {
      let worlds = 0;
      const commands = fc.commands(
        deeds.map((deed) => deed.map((one) => new DeedCommand(one))),
        { maxCommands: 24, size: 'max' },
      );
      const property = fc.asyncProperty(commands, async (sequence) => {
        worlds += 1;
        const world = await World.begin(server, root, `rights-${worlds}`);
        await fc.asyncModelRun(() => ({ model: {}, real: world }), sequence);
        await assertRights(world);
      });
      await fc.assert(property, { numRuns: SEQUENCES, seed: SEED });
    },
    SEQUENCES * 90_000,
  );

  it('leave the books in order', () => expectBooksInOrder(root));

  it('know every stored field', () => {
    expect(USER_FIELDS).toEqual(expect.arrayContaining(['passwordHash', 'password_hash', 'session_version', 'kind']));
    expect(WEBHOOK_FIELDS).toEqual(expect.arrayContaining(['user_id', 'disabled_reason', 'created_at']));
    expect(KEY_FIELDS).toEqual(expect.arrayContaining(['secret_hash', 'scopes', 'user_id', 'created_by']));
  });
});
