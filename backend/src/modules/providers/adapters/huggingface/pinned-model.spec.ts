import { describe, expect, it } from '@jest/globals';
import { readPinnedModel } from './pinned-model.js';

describe('readPinnedModel', () => {
  it.each([
    ['nscale:black-forest-labs/FLUX.1-schnell', 'nscale', 'black-forest-labs/FLUX.1-schnell'],
    ['fal-ai:fal-ai/flux/dev', 'fal-ai', 'fal-ai/flux/dev'],
    ['hf-inference:stabilityai/sd3@main', 'hf-inference', 'stabilityai/sd3@main'],
    ['together:model:free', 'together', 'model:free'],
  ])('reads %s', (text, subProvider, name) => {
    expect(readPinnedModel(text)).toEqual({ subProvider, name });
  });

  it.each([
    '',
    'nscale',
    'nscale:',
    'black-forest-labs/FLUX.1-schnell',
    'replicate:black-forest-labs/FLUX.1-dev',
    'constructor:model',
    'fal-ai:fal-ai/../v1/models',
    'fal-ai:./flux',
    'fal-ai:/flux',
    'fal-ai:fal-ai//flux',
    'fal-ai:fal-ai/flux/',
    'fal-ai:fal-ai/flux?x=1',
    'fal-ai:fal-ai/%2e%2e',
    'nscale:two words',
  ])('does not read %j', (text) => expect(readPinnedModel(text)).toBeUndefined());
});
