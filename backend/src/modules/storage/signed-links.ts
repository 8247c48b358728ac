import { type KeyObject, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import * as z from 'zod';
import { SecretKeys } from '../../platform/crypto/index.js';
import { Clock } from '../../platform/time/index.js';
import { THUMBNAIL_SIZES, type ImageVariant, type ThumbnailSize, isImageKey } from './image-keys.js';
import { linkExpired, linkInvalid } from './storage.errors.js';

/**
 * Expiries lie on a grid, so that the same image keeps the same URL for a while and browsers find it in their cache.
 * A link is good for one to two steps: at least 2.5, less than 5 minutes.
 */
const GRID_S = 150;

/** Images whose links are remembered until the grid moves on; a page of the gallery is signed once, not per visitor. */
const MAX_REMEMBERED = 4_096;

const LinkQuery = z.object({
  expires: z.string().regex(/^[1-9]\d{9,10}$/),
  signature: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  size: z.enum(['256', '512']).optional(),
});

/** Relative to the origin of the API, so that they hold behind whatever host name a client reached it by. */
export interface ImageLinks {
  readonly original: string;
  readonly thumbnails: Record<ThumbnailSize, string>;
}

export interface VerifiedLink {
  readonly key: string;
  readonly variant: ImageVariant;
  readonly expiresInS: number;
}

/** Makes and checks the short-lived URLs of images: each opens one variant of one image until its expiry. */
@Injectable()
export class SignedLinks {
  /** Made ready once: that takes longer than to sign with it. */
  readonly #secret: KeyObject;
  readonly #remembered = new Map<string, ImageLinks>();
  #rememberedExpiry = 0;

  constructor(
    @Inject(SecretKeys) secretKeys: SecretKeys,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#secret = createSecretKey(secretKeys.keyFor('image-link'));
  }

  /** Links to every variant of the image that is stored under this key. */
  linksOf(key: string): ImageLinks {
    const expires = (Math.ceil(this.clock.now() / 1_000 / GRID_S) + 1) * GRID_S;
    if (expires !== this.#rememberedExpiry || this.#remembered.size >= MAX_REMEMBERED) {
      this.#remembered.clear();
      this.#rememberedExpiry = expires;
    }
    const known = this.#remembered.get(key);
    if (known) return known;
    const [small, large] = THUMBNAIL_SIZES;
    const links: ImageLinks = {
      original: this.#link(key, 'original', expires),
      thumbnails: { [small]: this.#link(key, small, expires), [large]: this.#link(key, large, expires) },
    };
    this.#remembered.set(key, links);
    return links;
  }

  /**
   * Checks a link that a client followed.
   * @param query the parsed query string; parameters that aren't part of the link are left alone
   * @throws DomainError `storage.link_invalid`, `storage.link_expired`
   */
  verify(key: string, query: unknown): VerifiedLink {
    const parsed = LinkQuery.safeParse(query);
    if (!parsed.success || !isImageKey(key)) throw linkInvalid();
    const { expires, signature, size } = parsed.data;
    const variant: ImageVariant = size === undefined ? 'original' : size === '256' ? 256 : 512;
    const expected = this.#sign(key, variant, Number(expires));
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) throw linkInvalid();
    const expiresInS = Number(expires) - Math.floor(this.clock.now() / 1_000);
    if (expiresInS <= 0) throw linkExpired();
    return { key, variant, expiresInS };
  }

  #link(key: string, variant: ImageVariant, expires: number): string {
    const size = variant === 'original' ? '' : `&size=${variant}`;
    return `/${key}?expires=${expires}&signature=${this.#sign(key, variant, expires)}${size}`;
  }

  #sign(key: string, variant: ImageVariant, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${key}\n${variant}\n${expires}`).digest('base64url');
  }
}
