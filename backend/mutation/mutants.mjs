/**
 * A mistake that somebody could make, as a change of the source by exact text, and the specs that must notice it.
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string} file below backend/src
 * @property {string} from occurs in the file, once or more often; every occurrence is replaced
 * @property {string} to
 * @property {readonly string[]} specs below backend, run one after the other until one notices it
 * @property {string} [tests] the beginning of the names of those tests that are enough to notice it
 * @property {'SQLite' | 'MariaDB'} [engine] the only one on which the mistake does harm; SQLite where it does on both
 */

const MODEL = 'test/model/money-and-jobs.spec.ts';
const LEDGER = 'src/modules/credits/credit-ledger.spec.ts';
const QUEUE = 'src/modules/studio/items/item-queue.spec.ts';
const LAST_STATEMENTS = 'src/platform/database/last-statements.spec.ts';
const ANSWERS = 'test/answer-memory.spec.ts';

/** @type {readonly Mutant[]} */
export const MUTANTS = [
  {
    name: 'a worker whose lease was taken over still captures',
    file: 'modules/studio/items/item-queue.ts',
    from: "AND fence = ? AND state = 'RUNNING'",
    to: "AND fence >= ? AND state = 'RUNNING'",
    specs: [QUEUE, MODEL],
  },
  {
    name: 'a lost lease gives the credits back',
    file: 'modules/studio/items/item-queue.ts',
    from: ' AND item.attempts >= item.maxAttempts',
    to: '',
    specs: [QUEUE, MODEL],
  },
  {
    name: 'transactions share the one connection of SQLite',
    file: 'platform/database/gate.ts',
    from: 'if (this.#isHeld) await this.#turn(purpose);',
    to: 'if (this.#waiting.length < 0) await this.#turn(purpose);',
    specs: [LEDGER],
  },
  {
    name: 'an image is charged before it is stored',
    file: 'modules/studio/items/item-maker.ts',
    from: 'stored: await this.store.put(storageKey, bytes, signal, proof)',
    to: "stored: { sha256: 'f'.repeat(64), bytes: bytes.length, later: void this.store.put(storageKey, bytes, signal, proof).catch(() => undefined) }",
    specs: ['src/modules/studio/items/item-attempts.spec.ts'],
    tests: 'are repeated at once for trouble of our own',
  },
  {
    name: 'a balance is read, worked out and written back',
    file: 'platform/database/last-statements.ts',
    from: 'const statements = waiting.get(runner) ?? [];',
    to: `
      const statements = await Promise.all((waiting.get(runner) ?? []).map(async (statement) => {
        const [, set] = /^UPDATE credit_account SET (.*), seq = seq [+] [?] WHERE owner_type/.exec(statement.sql) ?? [];
        if (set === undefined) return statement;
        const owner = statement.parameters[3];
        const [row] = await runner.query("SELECT * FROM credit_account WHERE owner_type = 'user' AND owner_id = ?", [owner]);
        const written = (_: string, column: string, sign: string) => \`\${column} = \${row[column]} \${sign} ?\`;
        return { ...statement, sql: statement.sql.replace(set, set.replace(/(\\w+) = \\w+ ([+-]) [?]/g, written)) };
      }));`,
    specs: [LEDGER],
    tests: 'lets exactly five',
    engine: 'MariaDB',
  },
  {
    name: 'an entry that exists already is passed over',
    file: 'modules/credits/account-movement.ts',
    from: 'INSERT INTO ledger_entry',
    to: 'INSERT OR IGNORE INTO ledger_entry',
    specs: [LEDGER],
  },
  {
    name: 'credits are taken back from a balance that somebody else may be changing',
    file: 'modules/credits/credit-ledger.ts',
    from: 'this.lockAccount(tx, deposit.userId);',
    to: '',
    specs: [LEDGER],
    tests: 'revokes what is there',
    engine: 'MariaDB',
  },
  {
    name: 'a key that exists already is passed over',
    file: 'platform/idempotency/idempotency-keys.ts',
    from: 'await tx.insert(IdempotencyKeyRow, {',
    to: 'await ((entity: typeof IdempotencyKeyRow, row: object) => tx.createQueryBuilder().insert().into(entity).values(row).orIgnore().execute())(IdempotencyKeyRow, {',
    specs: ['src/platform/idempotency/idempotency-keys.spec.ts', MODEL],
  },
  {
    name: 'a hold is resolved whatever has become of it',
    file: 'modules/credits/credit-ledger.ts',
    from: "WHERE item_id = ? AND state = 'HELD'",
    to: 'WHERE item_id = ?',
    specs: [LEDGER],
  },
  {
    name: 'a refused hold is not noticed',
    file: 'platform/database/last-statements.ts',
    from: 'if (refused && !affected) throw await refused();',
    to: '',
    specs: [LEDGER],
  },
  {
    name: 'a commit leaves out what was left for the end of its transaction',
    file: 'platform/database/last-statements.ts',
    from: "await carryOutTogether(runner, statements, isLast ? ['COMMIT'] : []);",
    to: 'if (!isLast) await carryOutTogether(runner, statements, []);\n    else await runner.commitTransaction();',
    specs: [MODEL],
    tests: 'have an order',
    engine: 'MariaDB',
  },
  {
    name: 'what was left for the end of a transaction comes after its commit',
    file: 'platform/database/last-statements.ts',
    from: '[...parts, ...ending]',
    to: '[...ending, ...parts]',
    specs: [MODEL],
    tests: 'have an order',
    engine: 'MariaDB',
  },
  {
    name: 'a cancel takes finished items back',
    file: 'modules/studio/items/item-queue.ts',
    from: "id = :id AND state IN ('QUEUED', 'RUNNING')",
    to: "id = :id AND state IN ('QUEUED', 'RUNNING', 'SUCCEEDED')",
    specs: [QUEUE, MODEL],
  },
  {
    name: 'a repetition under a key is not compared with what came first',
    file: 'platform/idempotency/idempotency-keys.ts',
    from: 'if (row.fingerprint === fingerprintOf(request)) return row.resultId;',
    to: 'if (row.fingerprint !== "") return row.resultId;',
    specs: ['src/platform/idempotency/idempotency-keys.spec.ts', MODEL],
  },
  {
    name: 'a transaction is committed without what was left for its end',
    file: 'platform/database/last-statements.ts',
    from: 'const isCommitted = await carryOutAll(runner, { isLast: true });',
    to: 'const isCommitted = false;',
    specs: [LAST_STATEMENTS],
    tests: 'are carried out behind all others',
  },
  {
    name: 'an answer is still given after something was written',
    file: 'platform/http/answer-memory/answer-memory.ts',
    from: 'if (version !== this.#version) this.#answers.clear();',
    to: '',
    specs: [ANSWERS],
    tests: 'is not given any more',
  },
  {
    name: 'an answer is remembered although something was written while it was made',
    file: 'platform/http/answer-memory/answer-memory.ts',
    from: 'if (this.#currentVersion() !== draft.version) return;',
    to: '',
    specs: [ANSWERS],
    tests: 'is not remembered',
  },
  {
    name: 'a call goes on record once its item has been claimed, not with it',
    file: 'modules/studio/items/item-claims.ts',
    from: 'const item = await this.#claim(id, whenTaken);',
    to: `
      const item = await this.#claim(id);
      if (item && whenTaken) await this.transactions.run((tx) => whenTaken(tx, item));`,
    specs: ['src/modules/studio/items/item-starts.spec.ts'],
    tests: "is nobody's when its call",
  },
];
