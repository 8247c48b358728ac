import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { COMPILE_CACHE, ENGINE, type Environment, WORKSPACE } from './server-process.js';

export interface MaintenanceResult {
  code: number;
  output: string;
}

type Work = 'backup' | 'restore' | 'rotate-key';

/** Runs a backup, a restore or a change of the master key of the built product to its end. */
export async function runMaintenance(
  work: Work,
  argument: string | undefined,
  env: Environment,
): Promise<MaintenanceResult> {
  const { code, output } = await runScript(work, argument === undefined ? [] : [argument], env);
  if (code === null) throw new Error(`The ${work} was killed:\n${output}`);
  return { code, output };
}

/** The same with a module that Node loads before. @returns what it printed until it was killed; rejects when it was not */
export async function runMaintenanceToDeath(work: Work, preload: string, env: Environment): Promise<string> {
  const { code, output } = await runScript(work, [], env, ['--import', preload]);
  if (code !== null) throw new Error(`The ${work} was not killed:\n${output}`);
  return output;
}

function runScript(
  work: Work,
  args: readonly string[],
  env: Environment,
  nodeOptions: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const script = join(WORKSPACE, 'backend', 'dist', 'maintenance', `${work}.js`);
  return new Promise((resolve) => {
    const options = {
      cwd: WORKSPACE,
      env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    };
    const child = execFile(
      process.execPath,
      [...ENGINE, ...nodeOptions, script, ...args],
      options,
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, output: stdout + stderr });
      },
    );
  });
}
