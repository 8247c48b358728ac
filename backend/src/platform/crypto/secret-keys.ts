import { hkdfSync } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';

/** What a derived key is for. A key of one purpose is worthless for another. */
export type KeyPurpose =
  | 'access-token'
  | 'backup'
  | 'end-user'
  | 'image-link'
  | 'key-version'
  | 'provider-secret'
  | 'download-ticket'
  | 'refresh-grace'
  | 'setup-link'
  | 'stream-ticket'
  | 'throttle-subject'
  | 'webhook-secret';

/** Derives one 256-bit key per purpose from the master key (HKDF-SHA-256). */
@Injectable()
export class SecretKeys {
  constructor(@Inject(Configuration) private readonly configuration: Pick<Configuration, 'secretKey'>) {}

  keyFor(purpose: KeyPurpose): Buffer {
    const master = Buffer.from(this.configuration.secretKey, 'utf8');
    return Buffer.from(hkdfSync('sha256', master, Buffer.from('atelier'), Buffer.from(purpose), 32));
  }

  /** Tells one master key from another and nothing else of it: 16 hexadecimal digits, kept beside what was sealed. */
  get version(): string {
    return this.keyFor('key-version').toString('hex').slice(0, 16);
  }
}
