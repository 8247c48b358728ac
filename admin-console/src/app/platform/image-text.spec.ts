import { describe, expect, it } from '@jest/globals';
import { imageAlt, imageFileName } from './image-text';

describe('imageAlt', () => {
  it('is the first 120 characters of the prompt', () => {
    expect(imageAlt('a red\n fox')).toBe('Generated image: a red fox');
    expect(imageAlt('🦊'.repeat(200))).toBe(`Generated image: ${'🦊'.repeat(120)}`);
  });
});

describe('imageFileName', () => {
  const image = { id: '019ab000-0000-7000-8000-00003f9a12bc', mime: 'image/png' };

  it('begins with the prompt and ends with what tells images apart', () => {
    expect(imageFileName({ ...image, prompt: 'A red fox, asleep!' })).toBe('a-red-fox-asleep-3f9a12bc.png');
  });

  it('holds no path and nothing that a file system refuses, in any script', () => {
    expect(imageFileName({ ...image, prompt: '../../etc/passwd: "x"', mime: 'image/webp' })).toBe(
      'etc-passwd-x-3f9a12bc.webp',
    );
    expect(imageFileName({ ...image, prompt: '雪の中の狐' })).toBe('雪の中の狐-3f9a12bc.png');
    expect(imageFileName({ ...image, prompt: '???' })).toBe('image-3f9a12bc.png');
  });
});
