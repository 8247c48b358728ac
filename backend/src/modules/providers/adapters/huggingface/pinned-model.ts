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
  const end = text.indexOf(':');
  const [subProvider, name] = [text.slice(0, Math.max(end, 0)), text.slice(end + 1)];
  return isSubProvider(subProvider) && name.split('/').every((part) => SEGMENT.test(part))
    ? { subProvider, name }
    : undefined;
}

function isSubProvider(key: string): key is SubProviderKey {
  return Object.hasOwn(SUB_PROVIDERS, key);
}
