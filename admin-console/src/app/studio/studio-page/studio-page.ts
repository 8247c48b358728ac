import { httpResource } from '@angular/common/http';
import {
  Component,
  type ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { type Image, type MyCreations, type StudioOptions } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { formatCredits, formatDuration } from '../../platform/formatting';
import { providerName } from '../../platform/image-text';
import { problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { Skeleton } from '../../ui/skeleton';
import { EnhanceReview } from '../enhance-review/enhance-review';
import { GenerateBar } from '../generate-bar/generate-bar';
import { GenerationCard } from '../generation-card/generation-card';
import { GenerationStore } from '../generation-store';
import { type Job, isSettled } from '../job';
import { PromptEnhancement } from '../prompt-enhancement';
import { PromptForm } from '../prompt-form/prompt-form';
import { RecentStrip } from '../recent-strip/recent-strip';
import { ResultView } from '../result-view/result-view';
import { AUTO_PROVIDER, type Draft, StudioDraft, requestOf } from '../studio-draft';
import { draftObstacle, fitToOffer, offerFor, typicalDurationMs } from '../studio-offer';

const RECENT_COUNT = 12;

const EXAMPLES = [
  'A lighthouse on a cliff at dusk, warm light in the windows, watercolour',
  'Product photo of a ceramic teapot on linen, soft window light',
  'Isometric map of a small harbour town, muted colours, clean lines',
];

/** Which job or image the person has put on the stage. */
type Choice = { readonly job: string } | { readonly image: Image };

@Component({
  selector: 'app-studio-page',
  imports: [
    EnhanceReview,
    ErrorState,
    GenerateBar,
    GenerationCard,
    Icon,
    MatButton,
    PromptForm,
    RecentStrip,
    ResultView,
    Skeleton,
  ],
  providers: [PromptEnhancement],
  templateUrl: './studio-page.html',
  styleUrl: './studio-page.scss',
  host: {
    '[class.reviewing]': 'enhancement.review() !== null',
    '(document:keydown.control.enter)': 'generateByKey($event)',
    '(document:keydown.meta.enter)': 'generateByKey($event)',
  },
})
export class StudioPage {
  readonly #store = inject(GenerationStore);
  readonly #drafts = inject(StudioDraft);
  readonly #session = inject(Session);

  protected readonly options = httpResource<StudioOptions>(() => `${API_BASE}/studio/options`);
  protected readonly recent = httpResource<MyCreations>(() => ({
    url: `${API_BASE}/studio/my-creations`,
    params: { limit: RECENT_COUNT },
  }));
  protected readonly enhancement = inject(PromptEnhancement);

  private readonly promptForm = viewChild(PromptForm);
  private readonly generateBar = viewChild(GenerateBar);
  private readonly failureNotice = viewChild<ElementRef<HTMLElement>>('failure');
  private readonly stage = viewChild.required<ElementRef<HTMLElement>>('stage');
  readonly #choice = signal<Choice | null>(null);
  readonly #seen = signal<ReadonlySet<string>>(
    new Set(
      this.#store
        .jobs()
        .filter(isSettled)
        .map((job) => job.key),
    ),
  );

  protected readonly examples = EXAMPLES;
  protected readonly problemSentence = problemSentence;
  protected readonly jobs = this.#store.jobs;
  protected readonly draft = this.#drafts.value.asReadonly();
  protected readonly available = computed(() => this.#session.credits()?.available ?? null);
  protected readonly images = computed(() => (this.recent.hasValue() ? this.recent.value().images : []));
  protected readonly offered = computed(() => (this.options.hasValue() ? this.options.value() : null));
  protected readonly offer = computed(() => {
    const options = this.offered();
    return options ? offerFor(options, this.draft()) : null;
  });
  protected readonly enhancer = computed(() => {
    const enhancer = this.offered()?.enhancer ?? null;
    return enhancer?.ready && this.enhancement.hasAnswered() ? { ...enhancer, reason: undefined } : enhancer;
  });
  protected readonly obstacle = computed(() =>
    this.options.error() ? 'Prices couldn’t be loaded.' : draftObstacle(this.draft(), this.offer()),
  );
  protected readonly stageJob = computed(() => {
    const choice = this.#choice();
    if (choice !== null) {
      return 'job' in choice ? this.jobs().find((job) => job.key === choice.job) : undefined;
    }
    return this.jobs().find((job) => !job.isFromElsewhere);
  });
  /** The newest image when the page was opened. Later ones announce themselves: nobody's view is taken from them. */
  readonly #firstImage = linkedSignal<readonly Image[], Image | undefined>({
    source: this.images,
    computation: (images, previous) =>
      previous?.value ? (images.find(({ id }) => id === previous.value?.id) ?? previous.value) : images[0],
  });
  protected readonly stageImage = computed(() => {
    const choice = this.#choice();
    return choice !== null && 'image' in choice ? choice.image : this.#firstImage();
  });
  protected readonly selected = computed(() => {
    const job = this.stageJob();
    // Until it is over a job has a tile of its own, also when some of its images are there.
    const image = job && isSettled(job) ? job.generation?.images[0] : undefined;
    return image?.id ?? job?.key ?? this.stageImage()?.id ?? null;
  });
  /** A job that finished while something else was on the stage. What went wrong elsewhere is told there. */
  protected readonly unseenJob = computed(() =>
    this.jobs().find(
      (job) =>
        isSettled(job) &&
        !this.#seen().has(job.key) &&
        job.key !== this.stageJob()?.key &&
        (!job.isFromElsewhere || (job.generation?.images ?? []).length > 0),
    ),
  );
  protected readonly typicalMs = computed(() => {
    const job = this.stageJob();
    return job ? typicalDurationMs(this.images(), job.request.tier) : null;
  });
  protected readonly hasOtherProviders = computed(() => (this.offer()?.providers.length ?? 0) > 1);

  constructor() {
    // Another page may hand a prompt over with the navigation.
    const handed: unknown = inject(Router).currentNavigation()?.extras.info;
    if (typeof handed === 'object' && handed !== null && 'prompt' in handed && typeof handed.prompt === 'string') {
      this.#drafts.startFrom(handed.prompt);
    }
    effect(() => {
      const options = this.offered();
      if (options) {
        const draft = this.draft();
        const fitting = fitToOffer(options, draft);
        if (fitting !== draft) {
          this.#drafts.value.set(fitting);
        }
      }
    });
    let deliveries = this.#store.deliveries();
    effect(() => {
      const now = this.#store.deliveries();
      if (now !== deliveries) {
        deliveries = now;
        untracked(() => this.recent.reload());
      }
    });
    effect(() => {
      const job = this.stageJob();
      if (job && isSettled(job)) {
        untracked(() => this.#seen.update((seen) => (seen.has(job.key) ? seen : new Set(seen).add(job.key))));
      }
    });
    effect(() => {
      // The form appears with the options; then the page is ready to be written on.
      this.promptForm()?.focusPrompt();
    });
    effect(() => {
      // On a phone it would be below what is on screen.
      this.failureNotice()?.nativeElement.scrollIntoView({ block: 'nearest' });
    });
    afterNextRender(() => void this.#session.refreshCredits());
  }

  protected change(changes: Partial<Draft>): void {
    this.#drafts.change(changes);
  }

  protected startFrom(prompt: string): void {
    this.enhancement.dismiss();
    this.#drafts.startFrom(prompt);
    this.promptForm()?.focusPrompt();
  }

  protected enhance(): void {
    const { prompt, provider } = this.draft();
    void this.enhancement.ask(prompt, provider === AUTO_PROVIDER ? undefined : provider);
  }

  protected useEnhanced(text: string): void {
    const review = this.enhancement.review();
    if (review) {
      const original = this.draft().enhancement?.original ?? review.prompt;
      this.#drafts.change({ prompt: text, enhancement: { original, accepted: text, enhancer: review.enhancer } });
    }
    this.keepMine();
  }

  protected keepMine(): void {
    this.enhancement.dismiss();
    this.promptForm()?.focusPrompt();
  }

  protected useOriginal(): void {
    this.#drafts.useOriginal();
    this.promptForm()?.focusPrompt();
  }

  protected enhancerName(key: string): string {
    const enhancer = this.offered()?.enhancer;
    return enhancer?.key === key ? enhancer.label : providerName(key);
  }

  protected generate(): void {
    const price = this.offer()?.credits;
    if (typeof price === 'number') {
      this.enhancement.dismiss();
      this.show(this.#store.start(requestOf(this.draft()), price));
    }
  }

  protected generateByKey(event: Event): void {
    event.preventDefault();
    this.generateBar()?.press();
  }

  protected show(job: Job): void {
    this.#choice.set({ job: job.key });
    this.#revealStage();
  }

  protected showImage(image: Image): void {
    this.#choice.set({ image });
    this.#revealStage();
  }

  protected cancel(job: Job): void {
    void this.#store.cancel(job);
  }

  /** The failed job makes room for its repetition. The request goes out as it was, for the price that was shown. */
  protected tryAgain(job: Job): void {
    this.#store.dismiss(job);
    this.show(this.#store.start(job.request, job.quotedCredits));
  }

  protected edit(job: Job): void {
    this.#drafts.restore(job.request);
    this.promptForm()?.focusPrompt();
  }

  protected chooseProvider(job: Job): void {
    this.#drafts.restore(job.request);
    this.promptForm()?.focusProvider();
  }

  protected imageReceipt(image: Image): string {
    return `Made in ${formatDuration(image.duration_ms)} · ${formatCredits(image.credits_spent)}`;
  }

  /** Where the page scrolls, the stage may be above what is on screen. */
  #revealStage(): void {
    this.stage().nativeElement.scrollIntoView({ block: 'nearest' });
  }
}
