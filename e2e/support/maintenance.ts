import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type Environment, WORKSPACE } from './server-process.js';

export interface MaintenanceResult {
  code: number;
  output: string;
}

/** Runs a backup or a restore of the built product to its end. */
export function runMaintenance(
  work: 'backup' | 'restore',
  folder: string,
  env: Environment,
): Promise<MaintenanceResult> {
  const script = join(WORKSPACE, 'backend', 'dist', 'maintenance', `${work}.js`);
  return new Promise((resolve, reject) => {
    const options = { cwd: WORKSPACE, env: { PATH: process.env['PATH'] ?? '', ...env } };
    const child = execFile(process.execPath, [script, folder], options, (_, stdout, stderr) => {
      if (child.exitCode === null) reject(new Error(`The ${work} was killed:\n${stdout}${stderr}`));
      else resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
}
