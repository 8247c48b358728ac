import { chmod, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../tools/services.mjs';
import { WORKSPACE } from '../support/server-process.js';
import { runServer, startServer, untilReady } from '../support/server.js';

const TELL_LOADED_FILES = join(WORKSPACE, 'e2e', 'support', 'tell-loaded-files.mjs');

const packagesIn = (files: readonly string[]): string[] =>
  files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);

/** Packages that were joined to the product's own file. */
async function joinedPackages(): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const file of glob(join(WORKSPACE, 'backend/dist/bundle/*.js.map'))) {
    const { sources } = JSON.parse(await readFile(file, 'utf8')) as { sources: string[] };
    for (const name of packagesIn(sources)) names.add(name);
  }
  return names;
}

/** What a person sees of a refused start: its reason in plain words, never a stack trace. */
function expectRefusal(exit: { code: number | null; stderr: string }, ...words: (string | RegExp)[]): void {
  expect(exit.code).toBeGreaterThan(0);
  for (const word of words) expect(exit.stderr).toMatch(word);
  expect(exit.stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
}

describe('start', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atelier-start-'));
  });

  afterEach(async () => {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true, force: true });
  });

  it('loads nothing a second time that is part of its own file', async () => {
    const server = await startServer({ preload: TELL_LOADED_FILES });
    const { stdout } = await server.stop();
    await server.dispose();

    const loaded = packagesIn(JSON.parse(/^loaded files: (.*)$/m.exec(stdout)![1]!) as string[]);
    expect(loaded).toContain('better-sqlite3');
    const joined = await joinedPackages();
    expect(joined).toContain('typeorm');
    expect(loaded.filter((name) => joined.has(name))).toEqual([]);
  });

  it('says that the port is taken', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => occupant.once('listening', resolve));
    const { port } = occupant.address() as AddressInfo;
    try {
      const exit = await runServer({ PORT: String(port), DATA_DIR: folder });
      expectRefusal(exit, new RegExp(`\\b${port}\\b`), /port/i);
      expect(exit.stderr.trim().split('\n')).toHaveLength(1);
    } finally {
      await new Promise((resolve) => occupant.close(resolve));
    }
  });

  it('lists every wrong variable at once', async () => {
    const exit = await runServer({
      PORT: 'eighty',
      DATABASE_URL: 'postgres://nobody@localhost/db',
      PUBLIC_URL: 'not a url',
      SECRET_KEY: 'short',
      LOG_LEVEL: 'loud',
      DATA_DIR: folder,
    });
    expectRefusal(exit, 'PORT', 'DATABASE_URL', 'PUBLIC_URL', 'SECRET_KEY', 'LOG_LEVEL');
  });

  it('does not repeat a wrong secret', async () => {
    const exit = await runServer({ SECRET_KEY: 'tooshort-2f6b', DATA_DIR: folder });
    expectRefusal(exit, 'SECRET_KEY');
    expect(exit.stdout + exit.stderr).not.toContain('tooshort-2f6b');
  });

  it('says which data folder cannot be used', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const dataDir = join(file, 'data');
    expectRefusal(await runServer({ PORT: String(await freePort()), DATA_DIR: dataDir }), 'DATA_DIR', dataDir);
  });

  it('says which data folder is read-only', async () => {
    // Permissions don't bind root; the kernel's own folder refuses everybody.
    const dataDir = process.getuid?.() === 0 ? '/proc/sys' : folder;
    if (dataDir === folder) await chmod(folder, 0o500);
    expectRefusal(await runServer({ PORT: String(await freePort()), DATA_DIR: dataDir }), 'DATA_DIR', dataDir);
  });

  it('refuses a second process on the same data folder and leaves the first one alone', async () => {
    const first = await startServer({ database: 'sqlite' });
    try {
      const exit = await runServer({ PORT: String(await freePort()), DATA_DIR: first.dataDir });
      expectRefusal(exit, /another Atelier process/i, first.dataDir);
      await untilReady(first);
    } finally {
      await first.dispose();
    }
  });

  it('takes the data folder over from a process that was killed', async () => {
    const server = await startServer({ database: 'sqlite' });
    await server.kill();
    const successor = await server.restart();
    await untilReady(successor);
    await successor.dispose();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s', async (signal) => {
    const server = await startServer();
    server.process.send(signal);
    expect(await server.process.exited).toMatchObject({ code: 0 });
    await server.dispose();
  });
});
