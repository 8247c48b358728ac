import { Component, computed, effect, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatProgressBar } from '@angular/material/progress-bar';
import { type Image } from '@atelier/contracts';
import { formatCredits } from '../../platform/formatting';
import { imageAlt } from '../../platform/image-text';
import { Icon } from '../../ui/icon';
import { type IconName } from '../../ui/icon-paths';
import { Picture } from '../../ui/picture/picture';
import { cancellation, failure, progress, receipt } from '../generation-wording';
import { type Job, isSettled } from '../job';
import { ResultView } from '../result-view/result-view';

const TICK_MS = 1_000;

interface Outcome {
  readonly tone: 'error' | 'warning' | 'muted';
  readonly icon: IconName;
  readonly text: string;
}

/** One job from the click on Generate to its images; the box keeps its shape, so nothing jumps when it changes. */
@Component({
  selector: 'app-generation-card',
  imports: [Icon, MatButton, MatProgressBar, Picture, ResultView],
  templateUrl: './generation-card.html',
  styleUrl: './generation-card.scss',
})
export class GenerationCard {
  readonly job = input.required<Job>();
  /** How long such a job usually takes, in milliseconds; null when there is nothing to go by. */
  readonly typicalMs = input<number | null>(null);
  readonly hasOtherProviders = input(false);
  readonly cancelAsked = output();
  readonly tryAgain = output();
  readonly tryAnotherProvider = output();
  readonly editPrompt = output();
  readonly usePrompt = output<Image>();

  readonly #now = signal(Date.now());
  readonly #isPending = computed(() => !isSettled(this.job()));

  protected readonly images = computed(() => this.job().generation?.images ?? []);
  protected readonly isReady = computed(() => !this.#isPending() && this.images().length > 0);
  protected readonly receipt = computed(() => {
    const { generation } = this.job();
    if (generation === null) {
      return '';
    }
    return generation.status === 'canceled' ? cancellation(generation) : receipt(generation);
  });
  protected readonly progress = computed(() => progress(this.job(), this.#now(), this.typicalMs()));
  protected readonly donePercent = computed(() => (this.images().length / this.job().request.count) * 100);
  protected readonly alt = imageAlt;
  protected readonly quoted = computed(() => formatCredits(this.job().quotedCredits));
  protected readonly canCancel = computed(() => this.job().generation !== null && !this.job().isCanceling);
  protected readonly isPolicy = computed(() => this.outcome()?.tone === 'warning');
  protected readonly ratio = computed(() => {
    const { aspect_ratio: ratio, count } = this.job().request;
    const [width = 1, height = 1] = ratio.split(':').map(Number);
    return (width / height) * (count === 2 ? 2 : 1);
  });
  /** Why there is no image; null while there may still be one. */
  protected readonly outcome = computed<Outcome | null>(() => {
    const { generation, refusal } = this.job();
    if (refusal !== null) {
      return bad(refusal.sentence, refusal.isContentPolicy);
    }
    if (generation?.status === 'failed') {
      return bad(failure(generation), generation.error?.code === 'provider.content_rejected');
    }
    return generation?.status === 'canceled' ? { tone: 'muted', icon: 'cancel', text: cancellation(generation) } : null;
  });

  constructor() {
    effect((onCleanup) => {
      if (this.#isPending()) {
        const timer = setInterval(() => this.#now.set(Date.now()), TICK_MS);
        onCleanup(() => clearInterval(timer));
      }
    });
  }
}

function bad(text: string, isPolicy: boolean): Outcome {
  return isPolicy ? { tone: 'warning', icon: 'block', text } : { tone: 'error', icon: 'error', text };
}
