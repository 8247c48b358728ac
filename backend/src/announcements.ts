import { Logger } from '@nestjs/common';
import type { PreparedSetup } from './modules/auth/index.js';
import { type Configuration, ConfigurationError, type ProcessRole } from './platform/config/index.js';

const READY: Record<ProcessRole, (publicUrl: string) => string> = {
  all: (publicUrl) => `Atelier is ready: ${publicUrl}`,
  api: (publicUrl) => `Atelier is ready, and leaves making images to others: ${publicUrl}`,
  worker: () => 'Atelier is ready to make images, and serves nothing but /health and /metrics.',
};

/** Tells whoever started the process where to go. */
export function announce(
  { publicUrl, admin, role, duties }: Configuration,
  listeningOn: string,
  setup: PreparedSetup | null,
): void {
  new Logger('Atelier').log({ role }, `Listening on ${listeningOn}`);
  const lines = [READY[role](publicUrl)];
  if (setup && 'setupUrl' in setup)
    lines.push('', 'Create the first administrator with this link, which works once:', setup.setupUrl);
  if (setup && 'adminCreated' in setup) lines.push('', `The administrator ${setup.adminCreated} was created.`);
  if (!setup && admin && duties.serves)
    lines.push('', 'ADMIN_EMAIL and ADMIN_PASSWORD are ignored: there are users already.');
  process.stdout.write(`\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}\n\n`);
}

/** One sentence for people where the cause is known, the whole error where it is a fault of ours. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  if (error instanceof Error && 'code' in error && 'port' in error) {
    const { code, port } = error;
    if (code === 'EADDRINUSE')
      return `Port ${String(port)} is already in use; stop the other program or choose another with PORT.`;
    if (code === 'EACCES') return `Port ${String(port)} may not be used by this user; choose another with PORT.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
