import { expect } from '@jest/globals';
import { FakeHuggingFace } from '../../backend/test/fakes/huggingface/fake-huggingface.mjs';
import { FakeOpenAI } from '../../backend/test/fakes/openai/fake-openai.mjs';
import { changeSettings } from '../support/settings.js';
import { describeKills } from './named-points.js';
import { CALLING } from './points.js';

/** Large enough to arrive in several parts. */
const PICTURE_BYTES = 300_000;

let openai: FakeOpenAI;
let huggingface: FakeHuggingFace;

describeKills('a process that calls a provider,', ({ deed }) => CALLING.has(deed), {
  async start() {
    openai = await FakeOpenAI.start({ pictureBytes: PICTURE_BYTES });
    huggingface = await FakeHuggingFace.start({ pictureBytes: PICTURE_BYTES });
    return {
      OPENAI_API_KEY: 'sk-crash',
      OPENAI_BASE_URL: openai.baseUrl,
      HUGGINGFACE_API_KEY: 'hf_crash',
      HUGGINGFACE_BASE_URL: huggingface.baseUrl,
      OUTBOUND_ALLOW: '127.0.0.1',
    };
  },
  started: ({ admin }) => changeSettings(admin, { provider_huggingface_standard_model: 'fal-ai:fal-ai/flux/dev' }),
  beforeEach(deed) {
    openai.reset();
    huggingface.reset();
    if (deed === 'retry') openai.failNext('rate_limited_briefly');
  },
  settled({ requests }) {
    if (requests !== undefined) expect(huggingface.imageRequests).toBe(requests);
  },
  async stop() {
    await openai.stop();
    await huggingface.stop();
  },
});
