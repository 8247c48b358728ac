import 'reflect-metadata';
import { loadConfiguration } from '../platform/config/index.js';
import { explain, MaintenanceError } from './maintenance-error.js';
import { restoreBackup } from './restore-backup.js';
import { describeReport, isSound } from './verify.js';

try {
  const [folder, ...others] = process.argv.slice(2);
  if (folder === undefined || others.length > 0) throw new MaintenanceError('Name the backup: restore FOLDER.');
  const report = await restoreBackup(loadConfiguration(process.env), folder);
  process.stdout.write(`${describeReport(report)}\n`);
  // Restored, but not whole: neither a success nor a restore that did not happen.
  if (!isSound(report)) process.exitCode = 2;
} catch (error) {
  process.stderr.write(`${explain('The restore', error)}\n`);
  process.exitCode = 1;
}
