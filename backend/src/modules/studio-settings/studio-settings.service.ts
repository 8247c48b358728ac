import { Inject, Injectable } from '@nestjs/common';
import type { FieldError, StudioSettings, StudioSettingsChange } from '@atelier/contracts';
import { DataSource, type EntityManager, In } from 'typeorm';
import { AuditLog, changesBetween } from '../../platform/audit/index.js';
import { Transactions, findRows } from '../../platform/database/index.js';
import { Clock, toInstant } from '../../platform/time/index.js';
import { type Actor, UsersService } from '../auth/index.js';
import { SETTINGS, SETTING_KEYS, type SettingsInForce, isSettingKey, settingsInForce } from './setting-definitions.js';
import { StudioSettingRow } from './studio-setting.entity.js';
import { InvalidSettingsError } from './studio-settings.errors.js';

/** What administrators decide. Read from the database at each use, so that a change is in force at once in every process. */
@Injectable()
export class StudioSettingsService {
  /** What the rows came to when they were last read: they rarely differ, and to type all of them takes its time. */
  #typed: { readonly text: string; readonly settings: SettingsInForce } | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @param manager the transaction to read in, where there is one */
  async current(manager: EntityManager = this.dataSource.manager): Promise<SettingsInForce> {
    const rows = await findRows(manager, StudioSettingRow, '', []);
    const text = JSON.stringify(rows.map(({ key, value, updatedAt }) => [key, value, updatedAt]));
    if (this.#typed?.text !== text) {
      this.#typed = { text, settings: settingsInForce(new Map(rows.map((row) => [row.key, row]))) };
    }
    return this.#typed.settings;
  }

  async list(): Promise<StudioSettings> {
    const rows = new Map((await this.dataSource.manager.find(StudioSettingRow)).map((row) => [row.key, row]));
    const authors = await this.users.findMany([...new Set([...rows.values()].map(({ updatedBy }) => updatedBy))]);
    const names = new Map(authors.map(({ id, name }) => [id, name]));
    return {
      settings: SETTING_KEYS.map((key) => {
        const row = rows.get(key);
        return {
          key,
          value: row?.value ?? SETTINGS[key].defaultValue,
          default_value: SETTINGS[key].defaultValue,
          source: row ? 'database' : 'default',
          updated_at: row ? toInstant(row.updatedAt) : null,
          updated_by: row ? { id: row.updatedBy, name: names.get(row.updatedBy) ?? 'A removed user' } : null,
        };
      }),
    };
  }

  /**
   * Changes all the given settings, or none.
   * @throws InvalidSettingsError naming every key that is unknown or has a bad value
   */
  async change(actor: Actor, change: StudioSettingsChange): Promise<void> {
    const errors = Object.entries(change).flatMap(([key, value]) => problemWith(key, value));
    if (errors.length > 0) throw new InvalidSettingsError(errors);
    const updatedAt = this.clock.now();
    const rows = Object.entries(change).map(([key, value]) => ({ key, value, updatedAt, updatedBy: actor.id }));
    await this.transactions.run(async (tx) => {
      const stored = await tx.findBy(StudioSettingRow, { key: In(Object.keys(change)) });
      await tx.upsert(StudioSettingRow, rows, ['key']);
      const before = {
        ...defaultsOf(Object.keys(change)),
        ...Object.fromEntries(stored.map(({ key, value }) => [key, value])),
      };
      // An entry for each, so that every setting has a history of its own.
      for (const [key, value] of Object.entries(change)) {
        const changes = changesBetween({ [key]: before[key] ?? null }, { [key]: value });
        if (!changes) continue;
        await this.audit.record(tx, {
          ...{ actor, action: 'settings.change', target: { type: 'settings', id: key } },
          ...changes,
        });
      }
    });
  }
}

const defaultsOf = (keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.filter(isSettingKey).map((key) => [key, SETTINGS[key].defaultValue]));

function problemWith(key: string, value: string): FieldError[] {
  if (!isSettingKey(key)) return [{ path: key, message: 'is not a setting' }];
  const result = SETTINGS[key].schema.safeParse(value);
  return result.success ? [] : [{ path: key, message: result.error.issues[0]?.message ?? 'is not valid' }];
}
