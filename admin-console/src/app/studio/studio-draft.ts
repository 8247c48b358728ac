import { Injectable, signal } from '@angular/core';
import { type AspectRatio, type Enhancer, type GenerateRequest, type Tier } from '@atelier/contracts';

/** An enhancement that the person reviewed and accepted. */
export interface AcceptedEnhancement {
  /** What they had written; the image keeps it as its prompt. */
  readonly original: string;
  /** The text as it was accepted, before any further editing. */
  readonly accepted: string;
  /** Who made it, where that is known. */
  readonly enhancer?: Enhancer | undefined;
}

export interface Draft {
  /** What the text field shows: the original, or the accepted enhancement while there is one. */
  readonly prompt: string;
  readonly enhancement: AcceptedEnhancement | null;
  readonly tier: Tier;
  /** Key of a provider, or `auto`. */
  readonly provider: string;
  readonly aspectRatio: AspectRatio;
  readonly count: number;
}

export const AUTO_PROVIDER = 'auto';

const FRESH: Draft = {
  prompt: '',
  enhancement: null,
  tier: 'standard',
  provider: AUTO_PROVIDER,
  aspectRatio: '1:1',
  count: 1,
};

/** What the person is composing. It outlives the page, so nothing has to be typed twice. */
@Injectable({ providedIn: 'root' })
export class StudioDraft {
  readonly value = signal<Draft>(FRESH);

  change(changes: Partial<Draft>): void {
    this.value.update((draft) => ({ ...draft, ...changes }));
  }

  /** Starts from another prompt; an enhancement belonged to the old one. */
  startFrom(prompt: string): void {
    this.change({ prompt, enhancement: null });
  }

  /** Back to what the person had written before the enhancement. */
  useOriginal(): void {
    this.value.update((draft) =>
      draft.enhancement ? { ...draft, prompt: draft.enhancement.original, enhancement: null } : draft,
    );
  }

  /** Takes a request back into the form, as it was sent. */
  restore(request: GenerateRequest): void {
    this.value.set({
      prompt: request.enhanced_prompt ?? request.prompt,
      enhancement:
        request.enhanced_prompt === undefined
          ? null
          : { original: request.prompt, accepted: request.enhanced_prompt, enhancer: request.enhancer },
      tier: request.tier,
      provider: request.provider ?? AUTO_PROVIDER,
      aspectRatio: request.aspect_ratio,
      count: request.count,
    });
  }
}

export function requestOf(draft: Draft): GenerateRequest {
  return {
    prompt: draft.enhancement?.original ?? draft.prompt,
    ...(draft.enhancement && { enhanced_prompt: draft.prompt }),
    ...(draft.enhancement?.enhancer && { enhancer: draft.enhancement.enhancer }),
    ...(draft.provider !== AUTO_PROVIDER && { provider: draft.provider }),
    tier: draft.tier,
    count: draft.count,
    aspect_ratio: draft.aspectRatio,
    enhance: false,
  };
}
