import { randomInt } from 'node:crypto';
import { prepare } from './prepare.mjs';
import { run } from './processes.mjs';
import { Stop, runMain } from './workspace.mjs';

const USAGE = 'npm run fuzz -- --requests 2000 [--seed 42]; E2E_DATABASE=mariadb for the other database';

/** Sends every operation of the API that many requests, made from the OpenAPI document and spoiled. */
await runMain(async () => {
  const { requests = 2_000, seed = randomInt(2 ** 31) } = parseArguments(process.argv.slice(2));
  const runtime = await prepare();
  const interruption = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => interruption.abort());
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'e2e/jest.config.mjs', '--runInBand'];
  const { code } = await run(runtime.executable, [...args, ...jest, 'e2e/api/fuzz.spec.ts', 'e2e/api/rights.spec.ts'], {
    env: { ...runtime.env, FUZZ_REQUESTS: String(requests), FUZZ_SEED: String(seed) },
    group: true,
    signal: interruption.signal,
  });
  return code === 0 ? 0 : 1;
});

/** @param {string[]} words @returns {{ requests?: number, seed?: number }} */
function parseArguments(words) {
  /** @type {Record<string, number>} */
  const given = {};
  for (let index = 0; index < words.length; index += 2) {
    const name = words[index]?.replace(/^--/, '') ?? '';
    const value = Number(words[index + 1]);
    if (!['requests', 'seed'].includes(name) || !Number.isInteger(value) || value < 0) throw new Stop(`Say: ${USAGE}`);
    given[name] = value;
  }
  return given;
}
