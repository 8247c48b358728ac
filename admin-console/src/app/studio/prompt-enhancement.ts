import { Injectable, computed, inject, signal } from '@angular/core';
import { type Enhancer } from '@atelier/contracts';
import { GenerationApi } from './generation-api';

type State =
  | { readonly step: 'none' | 'failed' }
  | { readonly step: 'asking'; readonly prompt: string; readonly previous: Review | null }
  | { readonly step: 'review'; readonly review: Review };

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

  readonly isAsking = computed(() => this.#state().step === 'asking');
  readonly hasFailed = computed(() => this.#state().step === 'failed');
  /** While another try is on its way the last one stays readable. */
  readonly review = computed(() => {
    const state = this.#state();
    return state.step === 'review' ? state.review : state.step === 'asking' ? state.previous : null;
  });

  async ask(prompt: string): Promise<void> {
    const asking: State = { step: 'asking', prompt, previous: this.review() };
    this.#state.set(asking);
    try {
      const { enhanced_prompt: enhanced, provider, model } = await this.#api.enhance(prompt);
      this.#answer(asking, { step: 'review', review: { prompt, enhanced, enhancer: { key: provider, model } } });
    } catch {
      // Whatever went wrong, the sentence is the same: the prompt is unchanged and nothing was charged.
      this.#answer(asking, { step: 'failed' });
    }
  }

  dismiss(): void {
    this.#state.set({ step: 'none' });
  }

  /** An answer that comes after the person moved on is dropped. */
  #answer(asking: State, next: State): void {
    this.#state.update((state) => (state === asking ? next : state));
  }
}
