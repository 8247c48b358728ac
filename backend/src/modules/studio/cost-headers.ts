import type { ApiResponseOptions } from '@nestjs/swagger';
import { IDEMPOTENT_REPLAYED } from '../../platform/http/index.js';

type Headers = NonNullable<ApiResponseOptions['headers']>;

const whole = (description: string) =>
  ({ description, required: true, schema: { type: 'integer', minimum: 0 } }) as const;

const WORK_HEADERS: Headers = {
  'X-Attempts': whole('How often providers have been called for all images together.'),
  'X-Fallback-Used': {
    description: 'Whether another provider took an image over from the one that `auto` had chosen.',
    required: true,
    schema: { type: 'boolean' },
  },
};

/** What the answer to a generate request says of its cost besides the body. */
export const COST_HEADERS: Headers = {
  'X-Credits-Charged': whole('Credits that were taken for the images that are there.'),
  'X-Credits-Remaining': whole('Credits that are left to spend.'),
  ...WORK_HEADERS,
  ...IDEMPOTENT_REPLAYED,
};

/** What it says of a generation that came to nothing; one that was refused was no work. */
export const FAILURE_HEADERS: Headers = {
  ...Object.fromEntries(Object.entries(WORK_HEADERS).map(([name, header]) => [name, { ...header, required: false }])),
  ...IDEMPOTENT_REPLAYED,
};

export const PREFERENCE_HEADER: Headers = {
  'Preference-Applied': { description: 'The part of `Prefer` that was obeyed.', schema: { type: 'string' } },
};
