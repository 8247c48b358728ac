import { FakeHuggingFace } from '../../../backend/test/fakes/huggingface/fake-huggingface.mjs';
import { FakeOpenAI } from '../../../backend/test/fakes/openai/fake-openai.mjs';
import type { Environment } from '../../support/server-process.js';
import type { Random } from '../random.js';

/** How OpenAI fails: it hangs, drips, breaks off, lies about what it delivers, and refuses for a moment or for good. */
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

/** The same of fal's queue, which also loses what it has accepted, or never gets it done. */
const QUEUE_MOODS = [
  'reset_before',
  'job_without_id',
  'never_done',
  'status_unknown',
  'status_error',
  'status_gone',
  'status_hangs',
  'status_reset',
  'result_runner_lost',
  'result_html',
  'result_empty',
  'nsfw',
  'media_missing',
  'media_error',
  'media_drips',
  'media_reset',
  'media_truncated',
] as const;

/** So often they do what they should; with less, the product would soon leave them alone. */
const HONESTY = 0.6;
const SLOWEST_MS = 400;

/** Two providers that deliver slowly or fail, in another way at every call: one that answers, and one with a queue. */
export class MoodyProviders {
  /** What an image is asked of. */
  static readonly KEYS = ['openai', 'huggingface'] as const;
  /** What has the second one asked through its queue. */
  static readonly SETTINGS = { provider_huggingface_standard_model: 'fal-ai:fal-ai/flux/dev' };

  private constructor(
    private openai: FakeOpenAI,
    private huggingface: FakeHuggingFace,
  ) {}

  static async start(random: Random): Promise<MoodyProviders> {
    const openai = await FakeOpenAI.start({});
    const huggingface = await FakeHuggingFace.start({});
    openai.planFor = () => planOf(random, MOODS);
    huggingface.planFor = () => planOf(random, QUEUE_MOODS);
    return new MoodyProviders(openai, huggingface);
  }

  /** What makes the product ask them. */
  get environment(): Environment {
    return {
      OPENAI_API_KEY: 'sk-moody',
      OPENAI_BASE_URL: this.openai.baseUrl,
      HUGGINGFACE_API_KEY: 'hf_moody',
      HUGGINGFACE_BASE_URL: this.huggingface.baseUrl,
      OUTBOUND_ALLOW: '127.0.0.1',
    };
  }

  /**
   * They give up what still hangs, forget what is in the queue, and do from now on what they should: the work that is left
   * must come to an end.
   */
  async comeToReason(): Promise<void> {
    const [openai, huggingface] = [this.openai, this.huggingface].map(({ origin }) => Number(new URL(origin).port));
    await this.stop();
    this.openai = await FakeOpenAI.start({ port: openai });
    this.huggingface = await FakeHuggingFace.start({ port: huggingface });
  }

  async stop(): Promise<void> {
    await this.openai.stop();
    await this.huggingface.stop();
  }
}

function planOf<Mood extends string>(
  random: Random,
  moods: readonly Mood[],
): { fault: Mood | undefined; delayMs: number } {
  return { fault: random.next() < HONESTY ? undefined : random.pick(moods), delayMs: random.below(SLOWEST_MS) };
}
