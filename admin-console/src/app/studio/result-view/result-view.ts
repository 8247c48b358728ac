import { Component, computed, inject, input, output } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { type Image } from '@atelier/contracts';
import { ImageLinks } from '../../platform/image-links';
import { formatPixels, imageAlt, providerName, tierName } from '../../platform/image-text';
import { Notifications } from '../../platform/notifications';
import { Icon } from '../../ui/icon';
import { Picture } from '../../ui/picture/picture';

/** Finished images on the stage, with their receipt and what can be done with them. */
@Component({
  selector: 'app-result-view',
  imports: [Icon, MatButton, MatIconButton, Picture, RouterLink],
  templateUrl: './result-view.html',
  styleUrl: './result-view.scss',
})
export class ResultView {
  readonly #links = inject(ImageLinks);
  readonly #notifications = inject(Notifications);

  /** At least one. */
  readonly images = input.required<readonly Image[]>();
  /** What it came to, e.g. `Ready in 13 s · 4 credits`. */
  readonly receipt = input.required<string>();
  readonly usePrompt = output<Image>();

  protected readonly alt = imageAlt;
  protected readonly shown = computed(() =>
    this.images().map((image) => ({ image: this.#links.current(image), isBroken: this.#links.isBroken(image.id) })),
  );
  protected readonly first = computed(() => this.images()[0]);
  /** Two stand side by side, three and four in a square. */
  protected readonly ratio = computed(() => {
    const { width = 1, height = 1 } = this.first() ?? {};
    return (width / height) * (this.images().length === 2 ? 2 : 1);
  });
  protected readonly details = computed(() => {
    const image = this.first();
    return image
      ? `${tierName(image.tier)} · ${providerName(image.provider)} · ${image.model} · ${formatPixels(image)}`
      : '';
  });

  protected reportFailure(image: Image): void {
    void this.#links.reportFailure(image);
  }

  protected retry(image: Image): void {
    void this.#links.retry(image);
  }

  protected async download(image: Image): Promise<void> {
    try {
      await this.#links.download(image);
    } catch (error) {
      this.#notifications.fail(error);
    }
  }
}
