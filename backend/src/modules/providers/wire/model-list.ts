import { TIERS } from '@atelier/contracts';
import type { ProviderSetup } from '../image-provider.js';

/** How long a vendor may take to say what it has. */
export const LIST_TIMEOUT_MS = 15_000;
export const LIST_MAX_BYTES = 4 * 1024 * 1024;

/** A model as its vendor lists it. */
export interface ListedModel {
  readonly id: string;
  /** The day from which it is gone, as YYYY-MM-DD; undefined: none is known. */
  readonly shutdownDate?: string | undefined;
}

/** What an administrator should know before an image fails: models that are set up, but gone or about to go. */
export function modelWarnings(vendorLabel: string, { tiers }: ProviderSetup, listed: readonly ListedModel[]): string[] {
  const byId = new Map(listed.map((model) => [model.id, model]));
  const used = new Set(TIERS.flatMap((tier) => tiers[tier]?.model ?? []));
  return [...used].flatMap((model) => {
    const found = byId.get(model);
    if (!found) return [`${vendorLabel} does not list the model ${model}, which is set up here.`];
    return found.shutdownDate === undefined
      ? []
      : [`${vendorLabel} shuts down the model ${model}, which is set up here, on ${found.shutdownDate}.`];
  });
}
