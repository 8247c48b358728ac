import { setTimeout as pause } from 'node:timers/promises';
import type { SessionGrant } from '@atelier/contracts';
import { type ApiClient, signIn } from '../../support/api-client.js';
import { endLeases } from '../../support/leases.js';
import { IS_LONG_RUN } from '../../support/run-length.js';
import { ADMIN } from '../../support/server.js';
import { changeSettings } from '../../support/settings.js';
import { audit } from '../audit/audit.js';
import { type Installation, openRaw } from '../audit/records.js';
import { Fleet, type FleetOptions } from '../fleet.js';
import { Random } from '../random.js';
import { type Account, Load } from './load.js';
import { MoodyProviders } from './moody-providers.js';

export interface RoundOptions extends FleetOptions {
  readonly durationMs: number;
  /** Probability of a process to die at each boundary that it passes. */
  readonly killProbability: number;
  /** Probability of the disk to fail at each step of storing a file. */
  readonly fileFailures?: number;
  readonly customers?: number;
  /** Most of the images are asked of providers that hang, drip and lie, one of them with a queue. */
  readonly hasMoodyProviders?: boolean;
  /** Makes trouble while the load is on; ends it before it returns. */
  readonly trouble?: (fleet: Fleet, durationMs: number) => Promise<void>;
}

export interface RoundReport {
  readonly generations: number;
  readonly images: number;
  readonly grants: number;
  readonly kills: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<number | 'none', number>;
  readonly violations: readonly string[];
}

const INITIAL_CREDITS = 60;
const PASSWORD = 'lantern-velvet-38-orchard';
const QUIESCENCE_TIMEOUT_MS = 180_000;

/** An answer that was lost leaves a lease that nobody works on. A short run waits so long for those who do, and then ends all. */
const PATIENCE_WITH_LEASES_MS = 4_000;

/** A while of load and trouble on a new installation, then rest, then the audit. */
export async function playRound(options: RoundOptions): Promise<RoundReport> {
  const random = new Random(options.seed ^ 0x5bd1e995);
  const providers = options.hasMoodyProviders ? await MoodyProviders.start(new Random(options.seed + 1)) : undefined;
  const fleet = await Fleet.start({ ...options, env: { ...providers?.environment, ...options.env } });
  const verified = new Set<string>();
  const violations: string[] = [];
  const look = async (isQuiescent: boolean) => {
    const report = await audit(fleet.installation, { isQuiescent, verified });
    violations.push(...report.violations);
    return report;
  };
  try {
    const admin = await signIn(fleet.first);
    if (providers) await changeSettings(admin, MoodyProviders.SETTINGS);
    const customers = await openAccounts(fleet, admin, options.customers ?? 3);
    const load = new Load({
      origins: () => fleet.origins,
      admin: { token: await tokenOf(fleet, ADMIN) },
      customers,
      random,
      providers: ['mock', ...(providers ? MoodyProviders.KEYS : [])],
    });
    load.start();
    await fleet.killAtRandom(options.killProbability, options.fileFailures);
    if (options.trouble) await options.trouble(fleet, options.durationMs);
    else {
      // Invariants hold at every moment, not only at rest.
      await pause(options.durationMs / 2);
      await look(false);
      await pause(options.durationMs / 2);
    }
    await fleet.killAtRandom(0);
    await load.stop();
    await providers?.comeToReason();
    await fleet.allReady();
    await fleet.killAtRandom(0);
    await load.settle();
    await untilQuiescent(fleet.installation);
    const { records } = await look(true);
    const initial = new Map(customers.map(({ userId }) => [userId, INITIAL_CREDITS]));
    violations.push(...load.memory.contradictions(records, initial));
    return {
      generations: records.generations.length,
      images: records.images.length,
      grants: records.entries.filter(({ src }) => src === 'OUTSIDE').length,
      kills: fleet.kills,
      answers: load.answers,
      violations,
    };
  } finally {
    await fleet.dispose();
    await providers?.stop();
    violations.push(...fleet.violations);
  }
}

async function openAccounts(fleet: Fleet, admin: ApiClient, count: number): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let number = 1; number <= count; number += 1) {
    const credentials = { email: `customer-${number}@atelier.test`, password: PASSWORD };
    const person = { ...credentials, name: `Customer ${number}`, role: 'member', credits: INITIAL_CREDITS };
    const { body } = await admin.post<{ id: number }>('/admin/users', person);
    accounts.push({ userId: body.id, token: await tokenOf(fleet, credentials) });
  }
  return accounts;
}

async function tokenOf(fleet: Fleet, credentials: { email: string; password: string }): Promise<string> {
  const { email, password } = credentials;
  const response = await fetch(`${fleet.first.origin}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { access_token } = (await response.json()) as SessionGrant;
  return access_token;
}

async function untilQuiescent(installation: Installation): Promise<void> {
  const startedAt = Date.now();
  let mayEndLeases = !IS_LONG_RUN;
  const database = await openRaw(installation);
  try {
    for (;;) {
      const open = await database.rows(`SELECT id FROM generation_item WHERE state IN ('QUEUED', 'RUNNING')`);
      if (open.length === 0) return;
      const waitedMs = Date.now() - startedAt;
      if (mayEndLeases && waitedMs > PATIENCE_WITH_LEASES_MS) {
        mayEndLeases = false;
        await endLeases(installation);
      }
      if (waitedMs > QUIESCENCE_TIMEOUT_MS) throw new Error(`${open.length} items are open and nobody ends them`);
      await pause(200);
    }
  } finally {
    await database.close();
  }
}
