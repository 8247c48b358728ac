import type { EnhancedPrompt, StudioOptions } from '@atelier/contracts';
import { type OperationExamples, Several } from '../../platform/http/docs/manual.js';
import { CANCELED_GENERATION, ENHANCER, GENERATION, IDS, WAITING_GENERATION } from './samples.js';

const OPTIONS: StudioOptions = {
  tiers: [
    { key: 'standard', label: 'Standard', credits: 1, width: 1024, height: 1024, enabled: true },
    { key: 'premium2', label: 'Premium 2K', credits: 2, width: 2048, height: 2048, enabled: true },
    {
      key: 'premium4',
      label: 'Premium 4K',
      credits: 4,
      width: 4096,
      height: 4096,
      enabled: false,
      reason: 'No provider that is set up makes it.',
    },
  ],
  providers: [
    {
      key: 'openai',
      label: 'OpenAI',
      enabled: true,
      status: 'ready',
      tiers: ['standard', 'premium2'],
      aspect_ratios: ['1:1', '3:2', '2:3'],
      max_count: 8,
      supports: { seed: false },
    },
  ],
  default_provider: 'auto',
  enhancer: { key: 'huggingface', label: 'Hugging Face', ready: true },
};

const ENHANCED: EnhancedPrompt = {
  prompt: GENERATION.prompt,
  enhanced_prompt: 'A lone lighthouse at dusk, warm beam over a calm sea, long exposure, soft violet sky',
  provider: ENHANCER.key,
  model: ENHANCER.model,
};

const STREAM_OF_ALL = `: keep-alive

event: ready
data: {}

id: 1204
event: generation.started
data: {"id":"${IDS.generation}","status":"running"}
`;

const STREAM_OF_ONE = `event: generation.snapshot
data: {"id":"${IDS.generation}","status":"running"}

id: 1207
event: generation.succeeded
data: {"id":"${IDS.generation}","status":"succeeded"}
`;

export const STUDIO_EXAMPLES = {
  getStudioOptions: { answers: { 200: OPTIONS } },
  enhancePrompt: { request: { prompt: GENERATION.prompt }, answers: { 200: ENHANCED } },
  generate: {
    request: new Several({
      simple: { summary: 'One image', value: { prompt: GENERATION.prompt, tier: 'standard' } },
      everything: {
        summary: 'Several images from a prompt that was enhanced and reviewed',
        value: {
          prompt: GENERATION.prompt,
          enhanced_prompt: ENHANCED.enhanced_prompt,
          enhancer: ENHANCER,
          tier: 'premium2',
          provider: 'openai',
          count: 4,
          aspect_ratio: '3:2',
          metadata: { project: 'autumn campaign' },
        },
      },
    }),
    answers: { 201: GENERATION, 202: WAITING_GENERATION },
  },
  getGeneration: {
    parameters: { id: IDS.generation },
    answers: {
      200: new Several({
        waiting: { summary: 'Not begun yet', value: WAITING_GENERATION },
        succeeded: { summary: 'Finished', value: GENERATION },
      }),
    },
  },
  cancelGeneration: { parameters: { id: IDS.generation }, answers: { 200: CANCELED_GENERATION } },
  followGenerations: { answers: { 200: STREAM_OF_ALL } },
  followGeneration: { parameters: { id: IDS.generation }, answers: { 200: STREAM_OF_ONE } },
  createStreamTicket: { answers: { 201: { ticket: 'the ticket', expires_in: 60 } } },
  getStudioCosts: {
    answers: {
      200: {
        since: '2026-10-29T09:14:00.000Z',
        credit_value_micros: 40_000,
        costs: [
          {
            provider: 'openai',
            tier: 'standard',
            calls: 212,
            images: 208,
            credits_charged: 208,
            cost_micros: 2_288_000,
            unknown_costs: 0,
            margin_micros: 6_032_000,
          },
        ],
      },
    },
  },
} as const satisfies Record<string, OperationExamples>;
