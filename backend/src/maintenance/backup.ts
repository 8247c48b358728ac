import 'reflect-metadata';
import { loadConfiguration } from '../platform/config/index.js';
import { makeBackup } from './make-backup.js';
import { explain, MaintenanceError } from './maintenance-error.js';

try {
  const [folder, ...others] = process.argv.slice(2);
  if (folder === undefined || others.length > 0) throw new MaintenanceError('Name the folder to make: backup FOLDER.');
  const { manifest, damaged } = await makeBackup(loadConfiguration(process.env), folder, Date.now());
  const { tables, files } = manifest;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  process.stdout.write(
    `Backed up ${rows} rows and ${files.count} files into ${folder}.\n` +
      'The master key is not in it: keep secret.key (or SECRET_KEY) apart, without it the backup and the provider keys in it are worthless.\n',
  );
  if (damaged.length > 0) {
    process.stderr.write(
      `The store holds ${damaged.length} damaged files, which are not in it:\n  ${damaged.join('\n  ')}\n`,
    );
    // Made, but not whole.
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`${explain('The backup', error)}\n`);
  process.exitCode = 1;
}
