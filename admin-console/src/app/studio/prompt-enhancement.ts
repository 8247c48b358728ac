import { Injectable, computed, inject, signal } from '@angular/core';
import { type Enhancer } from '@atelier/contracts';
import { problemOf, problemSentence } from '../platform/problem';
import { GenerationApi } from './generation-api';

type State =
  | { readonly step: 'none' }
  | { readonly step: 'failed'; readonly reason: string }
  | { readonly step: 'asking'; readonly prompt: string; readonly previous: Review | null }
  | { readonly step: 'review'; readonly review: Review };

const UNEXPLAINED = 'Couldn’t enhance right now. Your prompt is unchanged and you were not charged.';

/** The server knows best why its enhancer failed; it says too that the prompt is unchanged and nothing was charged. */
function reasonOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem === null) return UNEXPLAINED;
  return (problem.code.startsWith('enhancer.') && problem.detail) || problemSentence(error);
}

/** An enhancement beside what it was made from, for the person to decide. */
export interface Review {
  readonly prompt: string;
  readonly enhanced: string;
  /** Who really answered, with which model. */
  readonly enhancer: Enhancer;
}

/** Asks for an enhancement and holds it for review. It never touches the prompt itself. */
@Injectable()
export class PromptEnhancement {
  readonly #api = inject(GenerationApi);
  readonly #state = signal<State>({ step: 'none' });

  readonly #hasAnswered = signal(false);

  /** Whether the enhancer has been asked, so that its own answer is the latest news about it. */
  readonly hasAnswered = this.#hasAnswered.asReadonly();
  readonly isAsking = computed(() => this.#state().step === 'asking');
  /** Why there is no enhancement, in sentences; null when nothing went wrong. */
  readonly failure = computed(() => {
    const state = this.#state();
    return state.step === 'failed' ? state.reason : null;
  });
  /** While another try is on its way the last one stays readable. */
  readonly review = computed(() => {
    const state = this.#state();
    return state.step === 'review' ? state.review : state.step === 'asking' ? state.previous : null;
  });

  /** @param provider who is to make the image, where that has been chosen */
  async ask(prompt: string, provider?: string): Promise<void> {
    const asking: State = { step: 'asking', prompt, previous: this.review() };
    this.#state.set(asking);
    try {
      const answer = await this.#api.enhance(prompt, provider);
      const enhancer = { key: answer.provider, model: answer.model };
      this.#answer(asking, { step: 'review', review: { prompt, enhanced: answer.enhanced_prompt, enhancer } });
    } catch (error) {
      this.#answer(asking, { step: 'failed', reason: reasonOf(error) });
    }
  }

  dismiss(): void {
    this.#state.set({ step: 'none' });
  }

  /** An answer that comes after the person moved on is dropped. */
  #answer(asking: State, next: State): void {
    this.#hasAnswered.set(true);
    this.#state.update((state) => (state === asking ? next : state));
  }
}
