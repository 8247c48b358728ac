import type { OpenAIImages, OpenAIModel } from '@atelier/contracts';
import { type OperationExamples, Several } from '../../platform/http/docs/manual.js';

const TIER: OpenAIModel = {
  id: 'standard',
  object: 'model',
  created: 0,
  owned_by: 'atelier',
  credits: 1,
  sizes: ['1024x1024', '1536x1024', '1024x1536'],
};

const images = (data: OpenAIImages['data']): OpenAIImages => ({
  created: 1_795_862_447,
  data,
  size: '1024x1024',
  output_format: 'png',
  usage: {
    credits: 1,
    input_tokens: 0,
    output_tokens: 0,
    total_tokens: 0,
    input_tokens_details: { text_tokens: 0, image_tokens: 0 },
  },
});

export const OPENAI_EXAMPLES = {
  createOpenAIImages: {
    request: { model: 'standard', prompt: 'A lighthouse at dusk', n: 1, size: '1024x1024', response_format: 'url' },
    answers: {
      200: new Several({
        url: {
          summary: 'With `response_format: url`',
          value: images([{ url: 'https://atelier.example.com/static/generated/2026/11/28/user-3-4f1d9a7c03be.png?…' }]),
        },
        b64_json: { summary: 'With base64 inside, as usual', value: images([{ b64_json: 'iVBORw0KGgo…' }]) },
      }),
    },
  },
  listOpenAIModels: { answers: { 200: { object: 'list', data: [TIER] } } },
  getOpenAIModel: { parameters: { id: 'standard' }, answers: { 200: TIER } },
} as const satisfies Record<string, OperationExamples>;
