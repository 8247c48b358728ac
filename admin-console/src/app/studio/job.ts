import { type GenerateRequest, type Generation, type GenerationStatus } from '@atelier/contracts';

/** Why the server did not accept a request. Nothing was made and nothing was charged. */
export interface Refusal {
  readonly sentence: string;
  readonly isContentPolicy: boolean;
}

/** A request for images as the studio follows it, from the click on Generate to the last image. */
export interface Job {
  /** Made by the console, so the job has a name before the server answers; doubles as the request's idempotency key. */
  readonly key: string;
  readonly request: GenerateRequest;
  /** What the button said. */
  readonly quotedCredits: number;
  /** Milliseconds since the epoch by this machine's clock. */
  readonly requestedAt: number;
  /** What the server last said; null until it accepts the request. */
  readonly generation: Generation | null;
  readonly refusal: Refusal | null;
  readonly isConnectionLost: boolean;
  readonly isCanceling: boolean;
  /** Begun in another tab or by a program: it is shown, but never pushes itself onto the stage. */
  readonly isFromElsewhere: boolean;
}

const IS_FINAL: Record<GenerationStatus, boolean> = {
  queued: false,
  running: false,
  succeeded: true,
  partially_succeeded: true,
  failed: true,
  canceled: true,
};

export function isFinal(generation: Generation): boolean {
  return IS_FINAL[generation.status];
}

export function isSettled(job: Job): boolean {
  return job.refusal !== null || (job.generation !== null && isFinal(job.generation));
}

export function jobFromGeneration(generation: Generation, isFromElsewhere: boolean): Job {
  return {
    key: generation.id,
    request: requestFromGeneration(generation),
    quotedCredits: generation.credits.quoted,
    requestedAt: Date.parse(generation.created_at),
    generation,
    refusal: null,
    isConnectionLost: false,
    isCanceling: false,
    isFromElsewhere,
  };
}

function requestFromGeneration(generation: Generation): GenerateRequest {
  return {
    prompt: generation.prompt,
    ...(generation.enhanced_prompt !== null && { enhanced_prompt: generation.enhanced_prompt }),
    ...(generation.enhancer !== null && { enhancer: generation.enhancer }),
    tier: generation.tier,
    provider: generation.provider,
    count: generation.count,
    aspect_ratio: generation.aspect_ratio,
    enhance: false,
  };
}
