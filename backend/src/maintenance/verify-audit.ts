import { DataSource } from 'typeorm';
import { verifyChain, AuditEntryRow, AuditHead } from '../platform/audit/index.js';
import { loadConfiguration } from '../platform/config/index.js';
import { dataSourceOptions } from '../platform/database/index.js';
import { explain } from './maintenance-error.js';

try {
  const dataSource = await new DataSource({
    ...dataSourceOptions(loadConfiguration(process.env)),
    entities: [AuditEntryRow, AuditHead],
  }).initialize();
  try {
    const {
      entries_checked: checked,
      broken_at: brokenAt,
      last_hash: lastHash,
    } = await verifyChain(dataSource.manager);
    if (brokenAt === null) {
      process.stdout.write(
        `The audit log is whole: ${checked} entries, the last has the hash ${lastHash ?? '(none)'}.\n`,
      );
    } else {
      process.stdout.write(`The audit log is NOT whole: entry ${brokenAt} is missing, changed or out of its place.\n`);
      process.exitCode = 2;
    }
  } finally {
    await dataSource.destroy();
  }
} catch (error) {
  process.stderr.write(`${explain('Verifying the audit log', error)}\n`);
  process.exitCode = 1;
}
