import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own in memory, whose size can be changed while it is in use. */
export interface Tmpfs {
  /** Sets its size so that this much is free. */
  leave(freeBytes: number): void;
  setReadOnly(isReadOnly: boolean): void;
  unmount(): void;
}

/**
 * Mounts one on a folder.
 * @returns undefined where this process may not mount, which is told; on a build server that is an error, so that nobody
 *   takes what was never tried for tested
 */
export function mountTmpfs(folder: string, sizeBytes: number): Tmpfs | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    mount(['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  } catch (error) {
    if (process.env['CI']) throw error;
    return undefined;
  }
  return {
    leave(freeBytes) {
      const { bsize, blocks, bfree } = statfsSync(folder);
      mount(['-o', `remount,size=${(blocks - bfree) * bsize + freeBytes}`, folder]);
    },
    setReadOnly: (isReadOnly) => mount(['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, folder]),
    // Lazily: a file that is still open must not keep the folder from being removed.
    unmount: () => execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  };
}

/** Whether this process may mount; says so loudly where it may not. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-mount-'));
  try {
    const probe = mountTmpfs(folder, 1_000_000);
    probe?.unmount();
    if (!probe) process.stderr.write('NOT TESTED: real full disks, because this process may not mount a tmpfs.\n');
    return probe !== undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mount(options: string[]): void {
  execFileSync('mount', options, { stdio: 'pipe' });
}
