import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './processes.mjs';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/**
 * A private server on a free loopback port with its own folder; nothing of the system's services is touched.
 * @typedef {object} Service
 * @property {string} url
 * @property {() => Promise<void>} stop ends the process by its id and removes its folder
 * @property {(signal: NodeJS.Signals) => Promise<void>} signal resolves, where the signal ends the process, when it has ended
 * @property {() => Promise<void>} restart starts it again on its port and data after a signal has ended it
 */

/** Absolute path of the first of the programs that is installed. @param {string[]} names */
export function findProgram(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export const findMariaDb = () => findProgram('mariadbd', 'mysqld');
export const findRedis = () => findProgram('redis-server', 'valkey-server');
export const findChromium = () =>
  process.env.CHROMIUM_PATH ?? findProgram('chromium', 'chromium-browser', 'google-chrome');

/** A loopback port that was free a moment ago. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** @returns {Promise<Service>} `url` has no database name: add `/name` after creating it; its user may do everything. */
export async function startMariaDb() {
  const program = findMariaDb();
  const installer = findProgram('mariadb-install-db');
  if (!program || !installer) throw new Error('MariaDB is not installed (Debian package mariadb-server).');
  const folder = mkdtempSync(join(tmpdir(), 'atelier-mariadb-'));
  const data = join(folder, 'data');
  // mariadbd refuses to run as root unless told so by name; as anybody else it must not be told.
  const owner = process.getuid?.() === 0 ? ['--user=root'] : [];
  const installed = await run(
    installer,
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...owner],
    { quiet: true },
  );
  if (installed.code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`mariadb-install-db failed:\n${installed.output}`);
  }
  const password = randomBytes(12).toString('hex');
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    `CREATE USER 'atelier'@'127.0.0.1' IDENTIFIED BY '${password}';\n` +
      `GRANT ALL PRIVILEGES ON *.* TO 'atelier'@'127.0.0.1' WITH GRANT OPTION;\n`,
    { mode: 0o600 },
  );
  const port = await freePort();
  const service = await startService('MariaDB', folder, port, program, [
    '--no-defaults',
    ...owner,
    `--datadir=${data}`,
    `--socket=${join(folder, 'mariadb.sock')}`,
    `--pid-file=${join(folder, 'mariadb.pid')}`,
    `--init-file=${init}`,
    '--skip-networking=0',
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--max-connections=400',
    '--innodb-buffer-pool-size=128M',
    // Survives a killed process, which tests do; not a power cut, which they can't.
    '--innodb-flush-log-at-trx-commit=2',
  ]);
  return { url: `mysql://atelier:${password}@127.0.0.1:${port}`, ...service };
}

/** @param {number} [wantedPort] default: any free one @returns {Promise<Service>} */
export async function startRedis(wantedPort) {
  const program = findRedis();
  if (!program) throw new Error('Redis is not installed (Debian package redis-server).');
  const folder = mkdtempSync(join(tmpdir(), 'atelier-redis-'));
  const port = wantedPort ?? (await freePort());
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  return { url: `redis://127.0.0.1:${port}`, ...(await startService('Redis', folder, port, program, settings)) };
}

/**
 * @param {string} name @param {string} folder @param {number} port @param {string} program @param {string[]} args
 * @returns {Promise<Omit<Service, 'url'>>}
 */
async function startService(name, folder, port, program, args) {
  let running = await launch();
  /** @param {NodeJS.Signals} signal */
  const signal = async (signal) => {
    running.child.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await running.ended;
  };
  const stop = async () => {
    // Whoever is stopped by SIGSTOP hears nothing else.
    running.child.kill('SIGCONT');
    const timer = setTimeout(() => running.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await signal('SIGTERM');
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  const restart = async () => {
    running = await launch();
    await untilItAnswers();
  };
  await untilItAnswers();
  return { stop, signal, restart };

  async function launch() {
    const log = openSync(join(folder, 'server.log'), 'a');
    // Its own group: Ctrl-C must reach the tests first, the services are stopped after them.
    const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    const ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve));
    return { child, ended };
  }

  async function untilItAnswers() {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await answers(port, name === 'Redis' ? 'PING\r\n' : undefined))) {
      if (running.child.exitCode !== null || running.child.signalCode !== null || Date.now() > deadline) {
        const output = readFileSync(join(folder, 'server.log'), 'utf8');
        await stop();
        throw new Error(`${name} did not start:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Whether the server on the port says something, which it does only once it serves. @param {number} port @param {string} [greeting] */
function answers(port, greeting) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    /** @param {boolean} result */
    const finish = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => greeting !== undefined && socket.write(greeting));
    socket.on('data', () => finish(true));
    for (const event of ['error', 'timeout', 'close']) socket.on(event, () => finish(false));
  });
}
