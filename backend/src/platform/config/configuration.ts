import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { VendorKey } from '@atelier/contracts';
import { ConfigurationError } from './configuration-error.js';
import { type Limits, limitsOf } from './limits.js';
import { DUTIES, type Duties, type ProcessRole } from './process-role.js';
import { type TracingOptions, tracingOptions } from '../tracing/tracing-options.js';
import type { AllowList } from '../outbound/allow-list.js';
import { type S3Configuration, s3Configuration, s3Problems } from './s3-configuration.js';
import { secretKeyFileIn } from './secret-key-file.js';
import { SECRET_VARIABLES, Variables } from './variables.js';
import { type VendorVariables, unreachableVendors, vendorVariables } from './vendor-variables.js';

export { ConfigurationError };

/** What the environment says, checked once at start-up. */
export class Configuration {
  readonly port: number;
  readonly host: string;
  /** Base of links that leave the server, without a slash at the end. */
  readonly publicUrl: string;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** What everybody may ask of this installation. */
  readonly limits: Limits;
  /** How long a client may take to send a request. */
  readonly requestTimeoutMs: number;
  /** Absolute path of the folder that holds the SQLite file, the images and the generated key. */
  readonly dataDir: string;
  readonly sqliteFile: string;
  readonly databaseUrl: string | undefined;
  /** Connections to MySQL or MariaDB that this process may open. */
  readonly databasePoolSize: number;
  readonly redisUrl: string | undefined;
  /** Undefined where images are kept in the data folder. */
  readonly s3: S3Configuration | undefined;
  readonly role: ProcessRole;
  readonly duties: Duties;
  /** Master key; every purpose derives its own key from it. */
  readonly secretKey: string;
  /** Where the generated master key lies; undefined where the environment gives one. */
  readonly secretKeyFile: string | undefined;
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  /** What the environment says of how vendors are reached. */
  readonly vendors: Readonly<Record<VendorKey, VendorVariables>>;
  readonly outboundAllow: AllowList;
  /** Private hosts and networks that webhooks may reach; those of `outboundAllow` unless the environment tells them apart. */
  readonly webhookAllow: AllowList;
  readonly mockDirectives: boolean;
  /** Undefined where no traces are wanted. */
  readonly tracing: TracingOptions | undefined;
  readonly logLevel: Variables['LOG_LEVEL'];
  readonly logFormat: 'pretty' | 'json';

  constructor(variables: Variables, secretKey: string) {
    this.port = variables.PORT;
    this.host = variables.HOST;
    this.publicUrl = (variables.PUBLIC_URL ?? `http://localhost:${variables.PORT}`).replace(/\/+$/, '');
    this.trustedProxies = variables.TRUSTED_PROXIES;
    this.limits = limitsOf(variables);
    this.requestTimeoutMs = variables.REQUEST_TIMEOUT_S * 1_000;
    this.dataDir = resolve(variables.DATA_DIR);
    this.sqliteFile = join(this.dataDir, 'atelier.sqlite');
    this.databaseUrl = variables.DATABASE_URL;
    this.databasePoolSize = variables.DATABASE_POOL_SIZE;
    this.redisUrl = variables.REDIS_URL;
    this.s3 = s3Configuration(variables);
    this.role = variables.PROCESS_ROLE;
    this.duties = DUTIES[this.role];
    this.secretKey = secretKey;
    this.secretKeyFile = variables.SECRET_KEY === undefined ? secretKeyFileIn(this.dataDir) : undefined;
    this.admin =
      variables.ADMIN_EMAIL && variables.ADMIN_PASSWORD
        ? { email: variables.ADMIN_EMAIL, password: variables.ADMIN_PASSWORD }
        : undefined;
    this.vendors = vendorVariables(variables);
    this.outboundAllow = variables.OUTBOUND_ALLOW;
    this.webhookAllow = variables.WEBHOOK_ALLOW ?? variables.OUTBOUND_ALLOW;
    this.mockDirectives = variables.MOCK_DIRECTIVES;
    this.tracing = tracingOptions(variables);
    this.logLevel = variables.LOG_LEVEL;
    this.logFormat = variables.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json');
  }
}

/**
 * Reads and checks the environment.
 * @throws ConfigurationError with every problem in it, one a line
 */
export function readVariables(environment: NodeJS.ProcessEnv): Variables {
  const problems: string[] = [];
  const given: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(Variables.shape)) {
    // An empty value means "unset": that is what `docker compose` and `.env` files make of a blank.
    if (environment[name]) given[name] = environment[name];
  }
  for (const name of SECRET_VARIABLES) {
    const file = environment[`${name}_FILE`];
    if (!file) continue;
    if (given[name] !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set; keep one of them.`);
      continue;
    }
    try {
      given[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}_FILE can't be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`);
    }
  }

  const result = Variables.safeParse(given);
  for (const issue of result.error?.issues ?? []) problems.push(`${issue.path.join('.')} ${issue.message}.`);
  problems.push(...s3Problems(given));
  if (result.success && Boolean(result.data.ADMIN_EMAIL) !== Boolean(result.data.ADMIN_PASSWORD)) {
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD must be set together.');
  }
  if (result.success && result.data.PROCESS_ROLE !== 'all' && result.data.DATABASE_URL === undefined) {
    problems.push(
      `PROCESS_ROLE ${result.data.PROCESS_ROLE} needs DATABASE_URL: an SQLite file serves one process, which has to do everything.`,
    );
  }
  if (result.success) problems.push(...unreachableVendors(result.data));
  if (problems.length > 0 || !result.success) {
    throw new ConfigurationError(`The configuration is not valid:\n  ${problems.join('\n  ')}`);
  }
  return result.data;
}
