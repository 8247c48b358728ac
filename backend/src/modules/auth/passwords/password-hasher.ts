import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { HashSlots } from './hash-slots.js';

/** 64 MiB, three passes, one thread; argon2id is the library's default. OWASP asks for at least 19 MiB and two passes. */
const POLICY = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1, outputLen: 32 } as const;

const HASHES_AT_A_TIME = 2;
const HASHES_IN_LINE = 256;

/** Hashes passwords with argon2id, a few at a time. */
@Injectable()
export class PasswordHasher {
  readonly #slots = new HashSlots(HASHES_AT_A_TIME, HASHES_IN_LINE);
  readonly #unmatchable = unmatchableHash();

  /** @returns a PHC string that names its own parameters */
  hash(password: string): Promise<string> {
    return this.#slots.run(() => hash(normalized(password), POLICY));
  }

  /**
   * Whether the password belongs to the hash. Without a hash the same work is done for nothing,
   * so that the time taken does not tell whether there is such a user.
   */
  async matches(password: string, storedHash: string | null): Promise<boolean> {
    const isMatch = await this.#slots.run(() => verify(storedHash ?? this.#unmatchable, normalized(password)));
    return isMatch && storedHash !== null;
  }

  /** Whether the hash was made with other parameters than today's. */
  isOutdated(storedHash: string): boolean {
    const { memoryCost, timeCost, parallelism, outputLen } = parseOptions(storedHash);
    return (
      !storedHash.startsWith('$argon2id$') ||
      memoryCost !== POLICY.memoryCost ||
      timeCost !== POLICY.timeCost ||
      parallelism !== POLICY.parallelism ||
      outputLen !== POLICY.outputLen
    );
  }
}

/** The same characters can be typed as different code points, depending on the keyboard and the system. */
const normalized = (password: string): string => password.normalize('NFKC');

/** A hash of today's parameters that no known password has. */
function unmatchableHash(): string {
  const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  const { memoryCost, timeCost, parallelism, outputLen } = POLICY;
  const parameters = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(outputLen))}`;
}
