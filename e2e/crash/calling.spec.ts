import { FakeOpenAI } from '../../backend/test/fakes/openai/fake-openai.mjs';
import { describeKills } from './named-points.js';

let fake: FakeOpenAI;

describeKills('a process that calls a provider,', ({ deed }) => deed === 'ask' || deed === 'retry', {
  async start() {
    // Large enough to arrive in several parts.
    fake = await FakeOpenAI.start({ pictureBytes: 300_000 });
    return { OPENAI_API_KEY: 'sk-crash', OPENAI_BASE_URL: fake.baseUrl, OUTBOUND_ALLOW: '127.0.0.1' };
  },
  beforeEach(deed) {
    fake.reset();
    if (deed === 'retry') fake.failNext('rate_limited_briefly');
  },
  stop: () => fake.stop(),
});
