import { DOCUMENT, Injectable, inject, signal } from '@angular/core';
import { HttpClient } from '@angular/common/http';
import type { Image } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from './api-base';
import { imageFileName } from './image-text';

/** A link that is this young has not expired: when it fails, the file itself can't be had. */
const FRESH_MS = 60_000;

interface Renewal {
  readonly image: Image;
  /** Addresses that this renewal stands in for. */
  readonly expired: ReadonlySet<string>;
  readonly renewedAt: number;
}

/** Keeps pictures on screen although their signed links expire: one request for new links, then an honest failure. */
@Injectable({ providedIn: 'root' })
export class ImageLinks {
  readonly #http = inject(HttpClient);
  readonly #document = inject(DOCUMENT);
  readonly #renewals = signal<ReadonlyMap<string, Renewal>>(new Map());
  readonly #broken = signal<ReadonlySet<string>>(new Set());
  readonly #pending = new Map<string, Promise<Image>>();

  /** The image with the newest links that are known for it. */
  current(image: Image): Image {
    const renewal = this.#renewals().get(image.id);
    return renewal?.expired.has(image.image_url) ? renewal.image : image;
  }

  /** True when new links did not help either. */
  isBroken(id: string): boolean {
    return this.#broken().has(id);
  }

  /** To be called when a picture fails to load. Never rejects: `isBroken` tells the outcome. */
  async reportFailure(image: Image): Promise<void> {
    const renewal = this.#renewals().get(image.id);
    const isFresh = renewal?.image.image_url === image.image_url && Date.now() - renewal.renewedAt < FRESH_MS;
    if (isFresh) {
      this.#setBroken(image.id, true);
    } else {
      await this.retry(image);
    }
  }

  async retry(image: Image): Promise<void> {
    try {
      const renewed = await this.renew(image);
      // The very same link would not even be tried again by the browser.
      this.#setBroken(image.id, renewed.image_url === image.image_url);
    } catch {
      this.#setBroken(image.id, true);
    }
  }

  /** Asks for new links. Calls for the same image share one request. */
  renew(image: Image): Promise<Image> {
    const pending = this.#pending.get(image.id) ?? this.#request(image).finally(() => this.#pending.delete(image.id));
    this.#pending.set(image.id, pending);
    return pending;
  }

  /** Saves the original under a name that can be told apart in a folder. Rejects when the image can't be had. */
  async download(image: Image): Promise<void> {
    const { image_url } = await this.renew(image);
    const anchor = this.#document.createElement('a');
    anchor.href = image_url;
    anchor.download = imageFileName(image);
    anchor.click();
  }

  async #request(image: Image): Promise<Image> {
    const renewed = await firstValueFrom(this.#http.get<Image>(`${API_BASE}/gallery/images/${image.id}`));
    this.#renewals.update((renewals) => {
      const expired = new Set(renewals.get(image.id)?.expired).add(image.image_url);
      return new Map(renewals).set(image.id, { image: renewed, expired, renewedAt: Date.now() });
    });
    return renewed;
  }

  #setBroken(id: string, isBroken: boolean): void {
    this.#broken.update((broken) => {
      const others = [...broken].filter((other) => other !== id);
      return new Set(isBroken ? [...others, id] : others);
    });
  }
}
