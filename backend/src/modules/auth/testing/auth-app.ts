import type { AddressInfo } from 'node:net';
import { Global, type INestApplication, Module, StandardSchemaSerializerInterceptor, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { AuditEntryRow, AuditHead, AuditLogModule } from '../../../platform/audit/index.js';
import { ConfigModule, Configuration, readVariables } from '../../../platform/config/index.js';
import { CryptoModule } from '../../../platform/crypto/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { ProblemFilter } from '../../../platform/http/problem.filter.js';
import { validationPipe } from '../../../platform/http/validation.js';
import { MetricsModule } from '../../../platform/metrics/index.js';
import { RedisConnections } from '../../../platform/redis/index.js';
import { ThrottlingModule } from '../../../platform/throttling/index.js';
import { Clock } from '../../../platform/time/index.js';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { AuthModule } from '../auth.module.js';
import { RefreshTokenEntity } from '../sessions/refresh-token.entity.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { SetupRecordEntity } from '../setup-record.entity.js';
import { InvitationEntity } from '../users/invitation.entity.js';
import { UserEntity } from '../users/user.entity.js';

export const AUTH_ENTITIES = [
  UserEntity,
  InvitationEntity,
  SessionEntity,
  RefreshTokenEntity,
  SetupRecordEntity,
  ApiKeyEntity,
  AuditEntryRow,
  AuditHead,
] as const;

export const MASTER_KEY = 'a master key of at least 32 bytes';

/** A clock that stands still until it is told to move. */
export class TestClock extends Clock {
  #nowMs = Date.now();

  override now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

/** A migrated database that knows {@link AUTH_ENTITIES}. */
export interface AuthDatabase {
  readonly dataSource: DataSource;
  readonly transactions: Transactions;
}

export interface AuthApp {
  readonly app: INestApplication;
  readonly clock: TestClock;
  readonly url: string;
  get<Provider>(token: Type<Provider>): Provider;
}

export interface AuthAppOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly masterKey?: string;
  /** Controllers that stand in for the rest of the application. */
  readonly controllers?: Type[];
  readonly clock?: TestClock;
}

/** The module as it runs in the product, with the real pipe and filter, listening on a free port. */
export async function startAuthApp(
  database: AuthDatabase,
  { environment = {}, masterKey = MASTER_KEY, controllers = [], clock = new TestClock() }: AuthAppOptions = {},
): Promise<AuthApp> {
  @Global()
  @Module({
    providers: [
      { provide: DataSource, useValue: database.dataSource },
      { provide: Transactions, useValue: database.transactions },
      { provide: RedisConnections, useFactory: () => RedisConnections.open(environment['REDIS_URL']) },
    ],
    exports: [DataSource, Transactions, RedisConnections],
  })
  class TestDatabaseModule {}

  const configuration = new Configuration(readVariables(environment), masterKey);
  const testing = await Test.createTestingModule({
    imports: [
      ConfigModule.with(configuration, clock),
      CryptoModule,
      MetricsModule,
      TestDatabaseModule,
      ThrottlingModule,
      AuditLogModule,
      AuthModule,
    ],
    controllers,
  }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({ logger: false });
  app.useGlobalPipes(validationPipe);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
  app.useBodyParser('json', { limit: '256kb' });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, clock, url: `http://127.0.0.1:${port}`, get: (token) => app.get(token) };
}

/** A user whose password is nothing anybody could type; enough where no password is checked. */
export async function insertUser(database: AuthDatabase, facts: Partial<UserEntity> = {}): Promise<UserEntity> {
  const user: UserEntity = database.dataSource.getRepository(UserEntity).create({
    email: `user${Math.random().toString(36).slice(2)}@example.com`,
    name: 'Somebody',
    role: 'member',
    status: 'active',
    passwordHash: 'none',
    sessionVersion: 0,
    createdAt: Date.now(),
    lastActiveAt: null,
    ...facts,
  });
  await database.dataSource.getRepository(UserEntity).insert(user);
  return user;
}
