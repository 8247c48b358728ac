import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Example, ExampleLanguage } from './examples.js';
import { ADMIN, type Server } from './server.js';
import { WORKSPACE } from './server-process.js';

/** A reader's folder and shell, in which one example is run after the other: what one sets, the next can use. */
export class ExampleRunner {
  /** The newest of each secret that was shown once, which the reader puts where the page shows its beginning. */
  private readonly secrets = new Map<string, string>();

  private constructor(
    private readonly server: Pick<Server, 'port'>,
    readonly folder: string,
  ) {}

  static async open(server: Pick<Server, 'port'>): Promise<ExampleRunner> {
    const folder = await mkdtemp(join(tmpdir(), 'atelier-guide-'));
    await symlink(join(WORKSPACE, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'shell'), '');
    return new ExampleRunner(server, folder);
  }

  /** @returns what it printed; rejects when it ends with anything but success */
  run(example: Example): Promise<string> {
    return this.execute(example, COMMANDS[example.language]);
  }

  /** Rejects when it is no Python, or no TypeScript that goes with what was made before. */
  async compile(example: Pick<Example, 'language' | 'code'>): Promise<void> {
    await this.execute(example, COMPILERS[example.language]);
  }

  private async execute({ language, code }: Pick<Example, 'language' | 'code'>, command: string): Promise<string> {
    await writeFile(join(this.folder, `example.${ENDINGS[language]}`), this.asTheReaderWouldWrite(code));
    // What a shell sets is exported and kept, as in a terminal that stays open.
    const commands = ['set -aeo pipefail', '. ./shell', command, 'export -p > shell'];
    try {
      const { stdout } = await promisify(execFile)('bash', ['-c', commands.join('\n')], {
        cwd: this.folder,
        env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: process.env['HOME'] ?? '' },
        timeout: 110_000,
      });
      this.keepSecrets(stdout);
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`The example failed:\n${code}\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** A file that an example has made; it is taken away, so that the next one has to make its own. */
  async take(name: string): Promise<Buffer> {
    const content = await readFile(join(this.folder, name));
    await rm(join(this.folder, name));
    return content;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  private asTheReaderWouldWrite(code: string): string {
    return code
      .replaceAll('localhost:8000', `127.0.0.1:${this.server.port}`)
      .replaceAll('you@example.com', ADMIN.email)
      .replaceAll('your password', ADMIN.password)
      .replace(/\b(atl_|whsec_)…/g, (shown, beginning: string) => this.secrets.get(beginning) ?? shown);
  }

  private keepSecrets(printed: string): void {
    for (const [secret, beginning] of printed.matchAll(/\b(atl_|whsec_)[\w+/=-]+/g))
      if (beginning !== undefined) this.secrets.set(beginning, secret);
  }
}

const TSC =
  'node_modules/.bin/tsc --strict --noUncheckedIndexedAccess --skipLibCheck --module nodenext --target es2024 --types node';

const ENDINGS: Record<ExampleLanguage, string> = { sh: 'sh', js: 'js', ts: 'ts', python: 'py' };
const COMMANDS: Record<ExampleLanguage, string> = {
  sh: '. ./example.sh',
  js: 'node example.js',
  ts: `${TSC} example.ts\nnode example.js`,
  python: 'python3 example.py',
};

const COMPILERS: Record<ExampleLanguage, string> = {
  sh: 'bash -n example.sh',
  js: 'node --check example.js',
  ts: `${TSC} --noEmit example.ts`,
  python: 'python3 -m py_compile example.py',
};

/** Packages that an example may need, and a machine that runs it not have. */
const PYTHON_PACKAGES = ['openai', 'standardwebhooks'];

/** What of a Python example can be done on this machine. */
export function pythonFor({ code }: Pick<Example, 'code'>): 'run' | 'compile' | 'nothing' {
  const has = (commands: string): boolean => spawnSync('python3', ['-c', commands]).status === 0;
  if (!has('')) return 'nothing';
  const missing = PYTHON_PACKAGES.find((name) => code.includes(`from ${name} import`) && !has(`import ${name}`));
  return missing === undefined ? 'run' : 'compile';
}
