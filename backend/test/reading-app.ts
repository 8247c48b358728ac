import { type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Balance } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { createApp } from '../src/app.js';
import { ApiKeysService } from '../src/modules/auth/api-keys/api-keys.service.js';
import { type Actor, UsersService } from '../src/modules/auth/index.js';
import { SessionsService } from '../src/modules/auth/sessions/sessions.service.js';
import { CreditsService } from '../src/modules/credits/index.js';
import { type Configuration, DUTIES } from '../src/platform/config/index.js';
import { Transactions } from '../src/platform/database/index.js';
import { Clock } from '../src/platform/time/index.js';
import type { Start } from './test-app.js';

export const ADMINISTRATOR: Actor = { id: 1_000_000, role: 'admin', name: 'Admin', email: 'admin@atelier.test' };

export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * The application listening, with somebody who reads their balance again and again. It works on nothing by itself, and so
 * writes nothing in between.
 */
export class ReadingApp {
  #aheadMs = 0;
  #members = 0;
  readonly #made: { mock: { calls: unknown[] } };

  private constructor(readonly app: NestExpressApplication) {
    jest.spyOn(app.get(Clock), 'now').mockImplementation(() => Date.now() + this.#aheadMs);
    this.#made = jest.spyOn(this.credits, 'balanceOf');
  }

  static async open(start: Start, change: Partial<Configuration> = {}): Promise<ReadingApp> {
    let app: NestExpressApplication | undefined;
    await start(async (configuration) => {
      app = await createApp(Object.assign(configuration, { duties: DUTIES.api, ...change }));
      await app.listen(0, '127.0.0.1');
      return app;
    });
    if (!app) throw new TypeError('The application has not been started');
    return new ReadingApp(app);
  }

  get credits(): CreditsService {
    return this.app.get(CreditsService, { strict: false });
  }

  /** Whether answers may be remembered here. */
  get remembers(): boolean {
    return this.app.get(DataSource).options.type === 'better-sqlite3';
  }

  /** How often a balance was read from the database so far. */
  get made(): number {
    return this.#made.mock.calls.length;
  }

  later(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Lets time pass only with {@link later} while something is done. */
  async atOnce<Result>(work: () => Promise<Result>): Promise<Result> {
    const frozen = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    try {
      return await work();
    } finally {
      frozen.mockRestore();
    }
  }

  now(): number {
    return this.app.get(Clock).now();
  }

  async join(): Promise<Actor> {
    this.#members += 1;
    const person = { name: 'Zoë', role: 'member', email: `member-${this.#members}@atelier.test` } as const;
    const insert = this.app.get(UsersService, { strict: false });
    const { id } = await this.app
      .get(Transactions)
      .run((tx) => insert.insert(tx, { ...person, initialCredits: 0 }, 'a hash', null));
    return { id, ...person };
  }

  async signIn({ id }: Actor): Promise<{ token: string; leave: () => Promise<void> }> {
    const sessions = this.app.get(SessionsService, { strict: false });
    const { grant, refreshToken } = await sessions.signIn(id, undefined);
    return { token: grant.access_token, leave: () => sessions.end(refreshToken) };
  }

  get keys(): ApiKeysService {
    return this.app.get(ApiKeysService, { strict: false });
  }

  async keyOf(actor: Actor, expiresAt?: number): Promise<{ id: string; key: string }> {
    const expires = expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() };
    return this.keys.create(actor, { name: 'Reader', scopes: ['credits:read'], ...expires });
  }

  grant({ id }: Actor, amount = 1): Promise<unknown> {
    return this.credits.grant(ADMINISTRATOR, { user_id: id, amount, reason: 'test' });
  }

  /** Asks on a connection of its own, from this address. */
  ask(credential: string, { path = '/credits/balance', from = '127.0.0.1', headers = {} } = {}): Promise<Heard> {
    const { port } = this.app.getHttpServer().address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const sent = request({
        ...{ host: '127.0.0.1', port, path: `/api/v1${path}`, localAddress: from, agent: false },
        headers: { authorization: `Bearer ${credential}`, ...headers },
      });
      sent.once('error', reject).once('response', (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
      });
      sent.end();
    });
  }

  async balance(credential: string): Promise<Balance> {
    return JSON.parse((await this.ask(credential)).body) as Balance;
  }

  /** Asks until the answer is a remembered one, where any is. */
  async warm(credential: string): Promise<Heard> {
    for (let times = 0; times < 5; times += 1) {
      const before = this.made;
      const heard = await this.ask(credential);
      if (!this.remembers || this.made === before) return heard;
    }
    throw new Error('Nothing is remembered');
  }
}
