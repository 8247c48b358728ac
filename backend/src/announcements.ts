import { Logger } from '@nestjs/common';
import type { PreparedSetup } from './modules/auth/index.js';
import { type Configuration, ConfigurationError } from './platform/config/index.js';

/** Tells whoever started the process where to go. */
export function announce({ publicUrl, admin }: Configuration, listeningOn: string, setup: PreparedSetup | null): void {
  new Logger('Atelier').log(`Listening on ${listeningOn}`);
  const lines = [`Atelier is ready: ${publicUrl}`];
  if (setup && 'setupUrl' in setup)
    lines.push('', 'Create the first administrator with this link, which works once:', setup.setupUrl);
  if (setup && 'adminCreated' in setup) lines.push('', `The administrator ${setup.adminCreated} was created.`);
  if (!setup && admin) lines.push('', 'ADMIN_EMAIL and ADMIN_PASSWORD are ignored: there are users already.');
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
