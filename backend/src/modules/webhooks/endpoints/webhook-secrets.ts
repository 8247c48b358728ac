import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SecretEnvelope, SecretKeys, SecretUnreadableError } from '../../../platform/crypto/index.js';
import type { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** By which Standard Webhooks recognises a secret. */
const PREFIX = 'whsec_';

/** More than 256 bits, and a number whose Base64 needs no padding. */
const SECRET_BYTES = 33;

/** The columns that hold the secret, and those that hold the one before. */
type Sealed = Pick<WebhookEndpoint, 'secretSealed' | 'secretKeyVersion' | 'secretLast4'>;
type SealedPrevious = Pick<WebhookEndpoint, 'previousSecretSealed' | 'previousKeyVersion' | 'previousValidUntil'>;

export const NO_PREVIOUS: SealedPrevious = {
  previousSecretSealed: null,
  previousKeyVersion: null,
  previousValidUntil: null,
};

/** The secrets that messages are signed with. They lie sealed in the database and leave it for a signature alone. */
@Injectable()
export class WebhookSecrets {
  readonly #logger = new Logger(WebhookSecrets.name);
  readonly #envelope: SecretEnvelope;

  constructor(@Inject(SecretKeys) keys: SecretKeys) {
    this.#envelope = new SecretEnvelope(keys, 'webhook-secret');
  }

  issue(): string {
    return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
  }

  /** For a transaction that began with `MasterKey.hold`. */
  seal(endpointId: string, secret: string): Sealed {
    const { sealed, keyVersion } = this.#envelope.seal(placeOf(endpointId, 'secret_sealed'), secret);
    return { secretSealed: sealed, secretKeyVersion: keyVersion, secretLast4: secret.slice(-4) };
  }

  /** The present secret as the one before, for so long; nothing where there is none or no time. */
  retire(endpoint: WebhookEndpoint, validUntil: number | null): SealedPrevious {
    const secret = validUntil === null ? undefined : this.#current(endpoint);
    if (secret === undefined) return NO_PREVIOUS;
    const { sealed, keyVersion } = this.#envelope.seal(placeOf(endpoint.id, 'previous_secret_sealed'), secret);
    return { previousSecretSealed: sealed, previousKeyVersion: keyVersion, previousValidUntil: validUntil };
  }

  /** Those to sign with now, the newest first; none when they can't be read. */
  valid(endpoint: WebhookEndpoint, nowMs: number): string[] {
    const isPreviousValid = endpoint.previousValidUntil !== null && endpoint.previousValidUntil > nowMs;
    const secrets = [this.#current(endpoint), isPreviousValid ? this.#previous(endpoint) : undefined];
    return secrets.filter((secret) => secret !== undefined);
  }

  #current({ id, secretSealed, secretKeyVersion }: WebhookEndpoint): string | undefined {
    return this.#open(id, 'secret_sealed', secretSealed, secretKeyVersion);
  }

  #previous({ id, previousSecretSealed, previousKeyVersion }: WebhookEndpoint): string | undefined {
    return this.#open(id, 'previous_secret_sealed', previousSecretSealed, previousKeyVersion);
  }

  #open(endpointId: string, column: string, sealed: string | null, keyVersion: string | null): string | undefined {
    if (sealed === null || keyVersion === null) return undefined;
    try {
      return this.#envelope.open(placeOf(endpointId, column), { sealed, keyVersion });
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      // The other endpoints go on; this one's secret has to be rotated.
      this.#logger.error({ endpointId }, error.message);
      return undefined;
    }
  }
}

const placeOf = (rowId: string, column: string) => ({ table: 'webhook_endpoint', rowId, column });
