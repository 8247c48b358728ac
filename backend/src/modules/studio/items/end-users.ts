import { type KeyObject, createHmac, createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SecretKeys } from '../../../platform/crypto/index.js';

/** Names for people that vendors may know: the same for the same person, and nothing that leads back to them. */
@Injectable()
export class EndUsers {
  readonly #key: KeyObject;

  constructor(@Inject(SecretKeys) keys: SecretKeys) {
    this.#key = createSecretKey(keys.keyFor('end-user'));
  }

  hashOf(userId: number): string {
    return createHmac('sha256', this.#key).update(String(userId)).digest('hex');
  }
}
