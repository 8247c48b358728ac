import { describe, expect, test } from '@jest/globals';
import { type GenerationNews, readGenerationNews, writeGenerationNews } from './generation-news.js';

describe('News of a generation', () => {
  test.each(['submitted', 'claimed', 'changed'] as const)('that it was %s is read as it was written', (change) => {
    const news: GenerationNews = { change, userId: 7, generationId: 'one' };

    expect(readGenerationNews(writeGenerationNews(news))).toEqual(news);
  });

  test('is a part of what somebody knows', () => {
    const item = { change: 'changed', userId: 7, generationId: 'one', prompt: 'a secret' } as const;

    expect(JSON.parse(writeGenerationNews(item))).toEqual({ change: 'changed', user_id: 7, generation_id: 'one' });
  });

  test.each([
    '',
    '{',
    'null',
    '7',
    '{}',
    '{"change":"deleted","user_id":7,"generation_id":"one"}',
    '{"change":"changed","user_id":7.5,"generation_id":"one"}',
    '{"change":"changed","user_id":7,"generation_id":1}',
  ])('is not read from %j', (announcement) => {
    expect(readGenerationNews(announcement)).toBeUndefined();
  });
});
