import { type Enhancer, type Image, type ImageAttempt } from '@atelier/contracts';
import { formatBytes, formatCredits, formatDuration, formatInstant } from '../../platform/formatting';
import { formatPixels, providerName, tierName } from '../../platform/image-text';

export interface ImageFact {
  readonly label: string;
  readonly value: string;
  readonly isCopyable: boolean;
  /** Ids and seeds are set in a monospaced face. */
  readonly isCode: boolean;
}

/** Everything that is known about an image, in reading order. */
export function imageFacts(image: Image): readonly ImageFact[] {
  return [
    copyable('Original prompt', image.prompt),
    ...(image.enhanced_prompt === null ? [] : [copyable('Enhanced prompt', image.enhanced_prompt)]),
    ...(image.enhancer === null ? [] : [plain('Enhanced by', enhancerText(image.enhancer))]),
    ...(image.revised_prompt
      ? [copyable(`Prompt as ${providerName(image.provider)} rewrote it`, image.revised_prompt)]
      : []),
    plain('Tier', tierName(image.tier)),
    plain('Provider', providerName(image.provider)),
    ...(image.attempts.length > 1 ? [plain('Calls', callsText(image.attempts))] : []),
    plain('Model', image.model),
    plain('Size', `${formatPixels(image)} · ${formatBytes(image.bytes)}`),
    image.seed === null ? plain('Seed', 'Not reported by the provider') : code('Seed', String(image.seed)),
    plain('Created', formatInstant(image.created_at)),
    plain('Time taken', formatDuration(image.duration_ms)),
    plain('Credits', formatCredits(image.credits_spent)),
    code('Job id', image.job_id),
    code('Generation id', image.generation_id),
  ];
}

/** Every call in order; only the image is paid for, however many there were. */
function callsText(attempts: readonly ImageAttempt[]): string {
  return attempts.map(({ provider, outcome }) => `${providerName(provider)}: ${OUTCOMES[outcome]}`).join(', ');
}

const OUTCOMES: Record<ImageAttempt['outcome'], string> = {
  delivered: 'delivered',
  unknown: 'no answer heard',
  content_rejected: 'refused the prompt',
  rate_limited: 'busy',
  quota_exhausted: 'out of quota',
  auth_failed: 'refused the key',
  provider_unavailable: 'not available',
  timeout: 'too slow',
  invalid_request: 'refused the request',
  bad_response: 'no usable image',
};

function enhancerText({ key, model }: Enhancer): string {
  return `${providerName(key)} · ${model}`;
}

function plain(label: string, value: string): ImageFact {
  return { label, value, isCopyable: false, isCode: false };
}

function copyable(label: string, value: string): ImageFact {
  return { label, value, isCopyable: true, isCode: false };
}

function code(label: string, value: string): ImageFact {
  return { label, value, isCopyable: true, isCode: true };
}
