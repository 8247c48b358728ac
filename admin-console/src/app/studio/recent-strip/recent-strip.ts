import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type Image } from '@atelier/contracts';
import { ImageLinks } from '../../platform/image-links';
import { imageAlt } from '../../platform/image-text';
import { Icon } from '../../ui/icon';
import { type IconName } from '../../ui/icon-paths';
import { Picture } from '../../ui/picture/picture';
import { Skeleton } from '../../ui/skeleton';
import { type Job, isSettled } from '../job';

const SKELETONS = [1, 2, 3, 4, 5, 6];

/** Jobs that have no images yet, then the latest images; a click puts one on the stage. */
@Component({
  selector: 'app-recent-strip',
  imports: [Icon, Picture, RouterLink, Skeleton],
  templateUrl: './recent-strip.html',
  styleUrl: './recent-strip.scss',
})
export class RecentStrip {
  readonly #links = inject(ImageLinks);

  readonly jobs = input.required<readonly Job[]>();
  readonly images = input.required<readonly Image[]>();
  readonly isLoading = input(false);
  readonly hasFailed = input(false);
  /** Key of the job, or id of the image, that is on the stage. */
  readonly selected = input<string | null>(null);
  readonly jobChosen = output<Job>();
  readonly imageChosen = output<Image>();
  readonly retry = output();

  protected readonly skeletons = SKELETONS;
  protected readonly alt = imageAlt;
  protected readonly jobTiles = computed(() =>
    this.jobs()
      .filter((job) => !isSettled(job) || (job.generation?.images ?? []).length === 0)
      // Canceled where it was begun: nothing is to be done about it here.
      .filter((job) => !job.isFromElsewhere || job.generation?.status !== 'canceled')
      .map((job) => ({ job, isRunning: !isSettled(job), icon: jobIcon(job), label: jobLabel(job) })),
  );
  protected readonly imageTiles = computed(() =>
    this.images().map((image) => ({ image: this.#links.current(image), isBroken: this.#links.isBroken(image.id) })),
  );

  protected reportFailure(image: Image): void {
    void this.#links.reportFailure(image);
  }
}

function jobIcon(job: Job): IconName {
  return job.generation?.status === 'canceled' ? 'cancel' : 'error';
}

function jobLabel(job: Job): string {
  const state = isSettled(job) ? 'Not made' : 'In progress';
  return `${state}: ${job.request.prompt.slice(0, 80)}`;
}
