const whole = (description: string) => ({ description, schema: { type: 'integer', minimum: 0 } }) as const;

/** What the answer to a generate request says of its cost besides the body. */
export const COST_HEADERS = {
  'X-Credits-Charged': whole('Credits that were taken for the images that are there.'),
  'X-Credits-Remaining': whole('Credits that are left to spend.'),
  'X-Attempts': whole(
    'How often providers have been called for all images together; also on an answer that is a failure.',
  ),
  'X-Fallback-Used': {
    description:
      'Whether another provider took an image over from the one that `auto` had chosen; also on an answer that is a failure.',
    schema: { type: 'boolean' },
  } as const,
};
