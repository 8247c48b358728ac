import { FakeOpenAI } from '../../../backend/test/fakes/openai/fake-openai.mjs';
import type { Environment } from '../../support/server-process.js';
import type { Random } from '../random.js';

/** How it fails: it hangs, drips, breaks off, lies about what it delivers, and refuses for a moment or for good. */
const MOODS = [
  'hang_before_headers',
  'hang_after_headers',
  'drip',
  'reset_before',
  'reset_in_body',
  'cut_in_body',
  'rate_limited_briefly',
  'slow_down_503',
  'server_error',
  'gateway_timeout',
  'redirect',
  'moderation_blocked',
  'html',
  'not_json',
  'empty_data',
  'error_in_success',
  'link_instead',
  'one_too_few',
  'one_too_many',
  'base64_garbage',
  'image_truncated',
  'image_svg',
  'bomb',
  'huge',
] as const;

/** So often it does what it should; with less, the product would soon leave it alone. */
const HONESTY = 0.6;
const SLOWEST_MS = 400;

/** A provider that delivers slowly or fails, in another way at every call. */
export class MoodyProvider {
  private constructor(
    private fake: FakeOpenAI,
    private readonly port: number,
  ) {}

  static async start(random: Random): Promise<MoodyProvider> {
    const fake = await FakeOpenAI.start({});
    fake.planFor = () => ({
      fault: random.next() < HONESTY ? undefined : random.pick(MOODS),
      delayMs: random.below(SLOWEST_MS),
    });
    return new MoodyProvider(fake, Number(new URL(fake.origin).port));
  }

  /** What makes the product ask it. */
  get environment(): Environment {
    return { OPENAI_API_KEY: 'sk-moody', OPENAI_BASE_URL: this.fake.baseUrl, OUTBOUND_ALLOW: '127.0.0.1' };
  }

  /** Gives up what still hangs, and does from now on what it should: the work that is left must come to an end. */
  async comeToReason(): Promise<void> {
    await this.fake.stop();
    this.fake = await FakeOpenAI.start({ port: this.port });
  }

  async stop(): Promise<void> {
    await this.fake.stop();
  }
}
