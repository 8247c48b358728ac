import type { DatabaseKind } from '../support/database.js';

/** The work during which a process is killed; see `deeds.ts`. */
export type DeedName =
  'generate' | 'ask' | 'retry' | 'order' | 'fail' | 'cancel' | 'grant' | 'newUser' | 'giveUp' | 'overdue';

/** The work for which a provider is called that is not our own. */
export const CALLING: ReadonlySet<DeedName> = new Set(['ask', 'retry', 'order']);

export interface CrashPoint {
  readonly deed: DeedName;
  /** Boundary at which the process is killed; see `preload/`. */
  readonly at: string;
  /** Where not both engines pass it. */
  readonly only?: DatabaseKind;
  /** How often the image has been asked for in the end, where that is certain. */
  readonly requests?: number;
}

/** Every statement of a piece of work that changes something, and its commit, before and after. */
function transaction(deed: DeedName, kind: string, ...statements: string[]): CrashPoint[] {
  return [
    ...statements.map((statement) => ({
      deed,
      at: `${statement.includes('/') ? statement : `${kind}/${statement}`}/after`,
    })),
    { deed, at: `${kind}/commit/before` },
    // Carried out by the server while its answer is on the way.
    { deed, at: `${kind}/commit/sent`, only: 'mariadb' },
    { deed, at: `${kind}/commit/after` },
  ];
}

const GENERATE = 'answer/POST /api/v1/studio/generate';
const JOB = 'request/GET /fal-ai/fal-ai/flux/requests/:id';
const RESOLUTION = [
  'update:generation_item',
  'update:credit_hold',
  'update:credit_account',
  'insert:ledger_entry',
  'insert:generation_event',
];

/** Where a process is killed. Each must be reached: one that nothing passes any more fails the run. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  ...transaction(
    'generate',
    'hold',
    '?/insert:idempotency_key',
    'insert:generation',
    'insert:generation_item',
    'insert:credit_hold',
    'update:credit_account',
    'insert:ledger_entry',
    'insert:generation_event',
  ),
  { deed: 'generate', at: `${GENERATE}/before` },
  { deed: 'generate', at: `${GENERATE}/after` },
  // Has the call on record as well; a transaction is called by everything that it has done so far.
  ...transaction(
    'generate',
    'claim',
    'update:generation_item',
    'claim+call/insert:provider_attempt',
    'claim+call/insert:generation_event',
  ),
  { deed: 'generate', at: 'image/open/after' },
  { deed: 'generate', at: 'image/half-written' },
  { deed: 'generate', at: 'image/sync/before' },
  { deed: 'generate', at: 'image/sync/after' },
  { deed: 'generate', at: 'image/link/before' },
  { deed: 'generate', at: 'image/link/after' },
  { deed: 'generate', at: 'image/unlink/after' },
  { deed: 'generate', at: 'folder/sync/before' },
  ...transaction(
    'generate',
    'capture',
    'update:generation_item',
    'update:credit_hold',
    'insert:image',
    'update:credit_account',
    'insert:ledger_entry',
    'insert:image_count',
    'insert:generation_event',
  ),
  { deed: 'generate', at: 'thumbnail/half-written' },
  { deed: 'generate', at: 'thumbnail/link/after' },
  { deed: 'generate', at: 'thumbhash/commit/before' },
  ...transaction('ask', 'call', 'claim+call/insert:provider_attempt'),
  { deed: 'ask', at: 'request/POST /v1/images/generations/sent' },
  { deed: 'ask', at: 'request/POST /v1/images/generations/mid-body' },
  { deed: 'ask', at: '?/update:provider_attempt/after' },
  ...transaction('retry', 'requeue', '?/update:provider_attempt', 'update:generation_item', 'insert:generation_event'),
  ...transaction('fail', 'fail', ...RESOLUTION),
  ...transaction('cancel', 'cancel', ...RESOLUTION),
  { deed: 'cancel', at: 'answer/POST /api/v1/studio/generations/:id/cancel/before' },
  ...transaction('grant', 'grant', '?/insert:idempotency_key', 'update:credit_account', 'insert:ledger_entry'),
  { deed: 'grant', at: 'answer/POST /api/v1/admin/credits/grants/before' },
  ...transaction('newUser', 'new-user', 'insert:user', 'insert:credit_account', 'insert:ledger_entry'),
  ...transaction('giveUp', 'give-up', ...RESOLUTION),
  ...transaction('overdue', 'overdue', ...RESOLUTION),
  // As soon as it is on record that the vendor has accepted an order, nobody places it again.
  { deed: 'order', at: 'request/POST /fal-ai/fal-ai/flux/dev/sent', requests: 2 },
  { deed: 'order', at: 'accept/update:provider_attempt/after', requests: 2 },
  { deed: 'order', at: 'accept/commit/after', requests: 1 },
  { deed: 'order', at: `${JOB}/status/sent`, requests: 1 },
  { deed: 'order', at: `${JOB}/mid-body`, requests: 1 },
  { deed: 'order', at: 'request/GET /files/fake/:id.png/mid-body', requests: 1 },
];

/**
 * Where more depends on the engine than anywhere else: the commits that move credits when an image is wanted and made, and
 * what the next process finds of an order that is being carried out.
 */
const ON_BOTH = /^(hold|capture)\/commit\/|\/status\/sent$/;

/**
 * The points of a short run, each on one of the engines at least. Two of three are SQLite's, whose process is ready sooner
 * and has nothing else to endure in that run.
 */
export function shortRunOf(database: DatabaseKind): CrashPoint[] {
  const shared = CRASH_POINTS.filter(({ only }) => only === undefined);
  return CRASH_POINTS.filter((point) => {
    if (point.only !== undefined) return point.only === database;
    return ON_BOTH.test(point.at) || (shared.indexOf(point) % 3 === 0 ? 'mariadb' : 'sqlite') === database;
  });
}

/** The points of a long run: all that the engine passes. */
export function longRunOf(database: DatabaseKind): CrashPoint[] {
  return CRASH_POINTS.filter(({ only }) => only === undefined || only === database);
}

/** In the middle of the migrations, which MariaDB commits statement by statement. */
export const MIGRATION_POINTS: readonly Omit<CrashPoint, 'deed'>[] = [
  { at: 'migration/define:user/after' },
  { at: 'migration/define:credit_account/before' },
  { at: 'migration/define:uq_credit_account_owner/before' },
  { at: 'migration/define:tr_ledger_entry_update/after' },
  { at: 'migration/define:generation_item/after' },
  { at: 'migration/define:ix_generation_item_due/after' },
  { at: 'migration/commit/before', only: 'sqlite' },
  { at: 'migration/commit/after', only: 'sqlite' },
];
