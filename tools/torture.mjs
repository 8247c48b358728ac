import { randomInt } from 'node:crypto';
import { prepare } from './prepare.mjs';
import { run } from './processes.mjs';
import { installMachineParts, startMachineParts } from './test-machine.mjs';
import { Stop, runMain } from './workspace.mjs';

const USAGE = 'npm run torture -- --minutes 10 [--seed 42]';

await runMain(async () => {
  const { minutes = 10, seed = randomInt(2 ** 31) } = parseArguments(process.argv.slice(2));
  const runtime = await prepare();
  const unavailable = await installMachineParts(['mariadb']);
  if (unavailable.length > 0) throw new Stop('The torture needs MariaDB.');
  const machine = await startMachineParts(['mariadb']);
  const interruption = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => interruption.abort());
  try {
    const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const jest = ['node_modules/jest/bin/jest.js', '--config', 'e2e/crash/jest.config.mjs', '--runInBand'];
    const env = {
      ...runtime.env,
      ...machine.env,
      E2E_DATABASE: 'mariadb',
      TORTURE_MINUTES: String(minutes),
      TORTURE_SEED: String(seed),
    };
    const { code } = await run(runtime.executable, [...args, ...jest], {
      env,
      group: true,
      signal: interruption.signal,
    });
    return code === 0 ? 0 : 1;
  } finally {
    await machine.stop();
  }
});

/** @param {string[]} words @returns {{ minutes?: number, seed?: number }} */
function parseArguments(words) {
  /** @type {Record<string, number>} */
  const given = {};
  for (let index = 0; index < words.length; index += 2) {
    const name = words[index]?.replace(/^--/, '') ?? '';
    const value = Number(words[index + 1]);
    if (!['minutes', 'seed'].includes(name) || !Number.isFinite(value) || value < 0) throw new Stop(`Say: ${USAGE}`);
    given[name] = value;
  }
  return given;
}
