import { boundary } from './boundaries.mjs';

const STATEMENT =
  /^\s*(INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|CREATE UNIQUE INDEX|CREATE INDEX|CREATE TRIGGER)\s+(?:IF NOT EXISTS\s+)?[`"]?(\w+)/i;
/** Many statements in one, each behind the one before, the commit at most at its end. */
const COMPOUND = /^\s*BEGIN NOT ATOMIC\s+together:\s+BEGIN\s+(.*?)END; END$/is;
const VERBS = new Map([
  ['INSERT INTO', 'insert'],
  ['UPDATE', 'update'],
  ['DELETE FROM', 'delete'],
]);

/** Changes nothing, but insists on how many items there are of some states. */
const COUNTED = /SET fence = fence\b/;

/** What kind of work a transaction does, by the first of its statements that tells. */
const KINDS = [
  ['migration', ({ verb }) => verb === 'define'],
  ['new-user', ({ verb, table }) => verb === 'insert' && table === 'user'],
  ['hold', ({ verb, table }) => verb === 'insert' && table === 'generation'],
  ['claim', ({ verb, table, text }) => verb === 'update' && table === 'generation_item' && /fence \+ 1/.test(text)],
  ['call', ({ verb, table }) => verb === 'insert' && table === 'provider_attempt'],
  [
    'accept',
    ({ verb, table, text }) => verb === 'update' && table === 'provider_attempt' && /accepted_handle/.test(text),
  ],
  ['capture', itemBecomes('SUCCEEDED')],
  ['cancel', itemBecomes('CANCELED')],
  ['overdue', (statement) => itemBecomes('FAILED')(statement) && /IN \('QUEUED', 'RUNNING'\)/.test(statement.text)],
  ['give-up', (statement) => itemBecomes('FAILED')(statement) && /lease_until < /.test(statement.text)],
  ['fail', itemBecomes('FAILED')],
  ['requeue', itemBecomes('QUEUED')],
  ['master-key', ({ verb, table }) => verb === 'update' && table === 'master_key'],
  ['grant', ({ verb, table, text }) => verb === 'update' && table === 'credit_account' && /granted [+-] /.test(text)],
  ['thumbhash', ({ verb, table, text }) => verb === 'update' && table === 'image' && /thumbhash/.test(text)],
];

function itemBecomes(state) {
  return ({ verb, table, text }) =>
    verb === 'update' &&
    table === 'generation_item' &&
    !COUNTED.test(text) &&
    new RegExp(`["']${state}["']`).test(text);
}

/**
 * The transaction of one connection, as far as its statements tell. A boundary is called
 * `<kind of work>/<verb>:<table>/<phase>`, for example `capture/insert:image/after`, or `hold/commit/before`.
 */
export class ObservedTransaction {
  #isOpen = false;
  /** One set of kinds per savepoint, the transaction itself first. */
  #levels = [new Set()];
  #names = ['?'];

  /** @param {string} sql @param {readonly unknown[]} values */
  before(sql, values) {
    this.#names = this.#describe(sql, values);
    this.#pass('before');
  }

  /** Between the moment a statement is sent and the moment its answer is there. */
  sent() {
    this.#pass('sent');
  }

  after(sql) {
    this.#pass('after');
    this.#follow(sql);
  }

  #pass(phase) {
    if (this.#names.length > 0) boundary(...this.#names.map((name) => `${name}/${phase}`));
  }

  #describe(sql, values) {
    const compound = COMPOUND.exec(sql);
    if (compound) return partsOf(compound[1]).flatMap((part) => this.#describe(part, values));
    if (/^\s*COMMIT\b/i.test(sql)) return this.#kinds().map((kind) => `${kind}/commit`);
    if (/^\s*ROLLBACK\b/i.test(sql)) return this.#kinds().map((kind) => `${kind}/rollback`);
    const found = STATEMENT.exec(sql);
    if (!found) return [];
    const statement = {
      verb: VERBS.get(found[1].toUpperCase()) ?? 'define',
      table: found[2].toLowerCase(),
      text: `${sql.replaceAll(/["`]/g, '').replaceAll('\n', ' ')}\n${JSON.stringify(values?.map(plain) ?? [])}`,
    };
    const kind = KINDS.find(([, fits]) => fits(statement))?.[0];
    const level = this.#levels.at(-1);
    if (kind && !(kind === 'grant' && this.#kinds().includes('new-user'))) level.add(kind);
    return [`${this.#isOpen ? [...level].join('+') || '?' : (kind ?? '?')}/${statement.verb}:${statement.table}`];
  }

  #kinds() {
    const kinds = new Set(this.#levels.flatMap((level) => [...level]));
    return kinds.size > 0 ? [...kinds] : ['?'];
  }

  #follow(sql) {
    const compound = COMPOUND.exec(sql);
    if (compound) partsOf(compound[1]).forEach((part) => this.#follow(part));
    else if (/^\s*(BEGIN|START TRANSACTION)\b/i.test(sql)) this.#begin(true);
    else if (/^\s*(COMMIT|ROLLBACK)\s*;?\s*$/i.test(sql)) this.#begin(false);
    else if (/^\s*SAVEPOINT\b/i.test(sql)) this.#levels.push(new Set());
    else if (/^\s*RELEASE\b/i.test(sql) && this.#levels.length > 1) {
      const finished = this.#levels.pop();
      for (const kind of finished) this.#levels.at(-1).add(kind);
    } else if (/^\s*ROLLBACK TO\b/i.test(sql)) this.#levels.at(-1).clear();
    else if (!this.#isOpen) this.#levels[0].clear();
  }

  #begin(isOpen) {
    this.#isOpen = isOpen;
    this.#levels = [new Set()];
  }
}

const partsOf = (compound) => compound.split(/;\s+/);

/** Numbers beyond 2^53 can't be written as JSON. */
const plain = (value) => (typeof value === 'bigint' ? String(value) : value);
