import { existsSync } from 'node:fs';
import { run } from './processes.mjs';
import { findProgram } from './services.mjs';
import { say } from './workspace.mjs';

/**
 * Installs Debian packages when that needs no question: on Debian or Ubuntu, as root or with password-less sudo.
 * @param {string[]} packages @param {string} purpose for the progress line
 * @returns {Promise<boolean>} false when it may not or did not work; the reason was printed
 */
export async function installDebianPackages(packages, purpose) {
  const prefix = await rootPrefix();
  if (prefix === undefined) return false;
  say(`Installing ${packages.join(' ')} (${purpose})`);
  const quiet = { quiet: true };
  const setting = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  const [program = '', ...before] = [...prefix, ...setting];
  const updated = await run(program, [...before, 'apt-get', 'update', '-q'], quiet);
  if (updated.code !== 0)
    say(`apt-get update failed, trying with the lists that are there:\n${lastLines(updated.output)}`);
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0'];
  const installed = await run(program, [...before, 'apt-get', 'install', ...options, ...packages], quiet);
  if (installed.code !== 0) say(`apt-get install failed:\n${lastLines(installed.output)}`);
  return installed.code === 0;
}

/** The command that a person runs when the bootstrap may not. @param {string[]} packages */
export function debianCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`;
}

/** Which of the packages dpkg does not know as installed. @param {string[]} packages @returns {Promise<string[]>} */
export async function missingDebianPackages(packages) {
  if (!isDebian()) return packages;
  const states = await Promise.all(
    packages.map((name) => run('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { quiet: true })),
  );
  return packages.filter((_, index) => states[index]?.output.trim() !== 'installed');
}

export function isDebian() {
  return existsSync('/etc/debian_version') && findProgram('apt-get') !== undefined;
}

/** What to put before a command so that it runs as root; undefined when that would need a password. */
async function rootPrefix() {
  if (!isDebian()) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (sudo === undefined) return undefined;
  return (await run(sudo, ['-n', 'true'], { quiet: true })).code === 0 ? [sudo, '-n'] : undefined;
}

/** @param {string} output */
function lastLines(output) {
  return output.trim().split('\n').slice(-8).join('\n');
}
