import { SUB_PROVIDERS, type SubProviderKey } from './sub-providers/index.js';

/** A model and who is to run it: the router does not choose for images. */
export interface PinnedModel {
  readonly subProvider: SubProviderKey;
  /** As the sub-provider calls it, which may be another name than Hugging Face's. */
  readonly name: string;
}

/** A part of a path that stays where it is. */
const SEGMENT = /^[\w@+-][\w.:@+-]*$/;

/** Reads `nscale:black-forest-labs/FLUX.1-schnell`. @returns undefined for what we can't ask for */
export function readPinnedModel(text: string): PinnedModel | undefined {
  const { subProvider, rest: name } = readPinned(text) ?? {};
  return subProvider !== undefined && name?.split('/').every((part) => SEGMENT.test(part))
    ? { subProvider, name }
    : undefined;
}

/** Reads whose something is that a sub-provider calls so: `fal-ai:` and the rest. */
export function readPinned(text: string): { readonly subProvider: SubProviderKey; readonly rest: string } | undefined {
  const end = text.indexOf(':');
  const [subProvider, rest] = [text.slice(0, Math.max(end, 0)), text.slice(end + 1)];
  return isSubProvider(subProvider) ? { subProvider, rest } : undefined;
}

function isSubProvider(key: string): key is SubProviderKey {
  return Object.hasOwn(SUB_PROVIDERS, key);
}
