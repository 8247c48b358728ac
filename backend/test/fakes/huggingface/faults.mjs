// @ts-check
import { GIF, HTML, JSON_TYPE, SVG, answered, send } from '../misbehaviour.mjs';
import { mishaps } from '../mishaps.mjs';
import { asBase64, makeBomb } from '../pictures.mjs';
import { validation } from './image-orders.mjs';

/**
 * One request that is answered wrongly.
 * @typedef {object} RouterExchange
 * @property {(image: { bytes: Buffer } | { base64: Buffer }) => void} deliver answers with this as the image, in the sub-provider's way
 */
/** @typedef {import('../mishaps.mjs').Exchange & RouterExchange} Exchange */
/** @typedef {(exchange: Exchange) => void} Fault */

/** What a real answer with an image in it begins with. */
const START = '{"data":[{"b64_json":"';
const DEPLETED = 'Purchase pre-paid credits to continue using Inference Providers. Subscribe to PRO for more usage.';
const POLICY = { 'ratelimit-policy': '"fixed window";"api";q=500;w=300' };

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] @returns {Fault} */
const refused = (status, body, headers = {}) =>
  answered(JSON.stringify(body), status, { ...JSON_TYPE, ...POLICY, ...headers });

/** @param {(picture: Buffer) => Buffer} image @returns {Fault} */
const deliveredBytes =
  (image) =>
  ({ picture, deliver }) =>
    deliver({ bytes: image(picture) });

/** @param {(base64: Buffer) => Buffer} text @returns {Fault} */
const deliveredText =
  (text) =>
  ({ picture, deliver }) =>
    deliver({ base64: text(asBase64(picture)) });

/** Every way in which the router, or whoever it asks, fails at once; by name. @type {Record<string, Fault>} */
export const FAULTS = {
  // Refused, in the many shapes that there are.
  invalid_token: ({ request, response }) =>
    // A careless server may repeat what it was sent.
    send(response, JSON.stringify({ error: `Invalid username or password. (${request.headers.authorization})` }), 401, {
      ...JSON_TYPE,
      'x-error-message': 'Invalid credentials in Authorization header',
    }),
  no_permission: refused(403, {
    error:
      'This authentication method does not have sufficient permissions to call Inference Providers on behalf of user fake-user',
  }),
  credits_depleted: refused(402, { error: `You have depleted your monthly included credits. ${DEPLETED}` }),
  credits_exceeded: refused(402, { error: 'You have exceeded your monthly included credits for Inference Providers.' }),
  free_limit_reached: refused(402, {
    message: 'You have reached the free monthly usage limit for nscale. Add pre-paid credits to continue.',
  }),
  insufficient_quota: refused(429, {
    error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' },
  }),
  model_not_supported: refused(400, {
    error: {
      message: "The requested model 'fake/model' is not supported by any provider you have enabled.",
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_supported',
    },
  }),
  wrong_task: refused(400, {
    error:
      'Model fake/model is not supported for task text-to-image and provider nscale. Supported task: conversational.',
  }),
  message_only: refused(400, { message: 'Bad request' }),
  unknown_route: answered('Not Found', 404, { 'content-type': 'text/plain; charset=utf-8' }),
  method_not_allowed: refused(405, { detail: 'Method Not Allowed' }),
  legacy_host: refused(410, {
    error:
      'https://api-inference.huggingface.co is no longer supported. Please use https://router.huggingface.co instead.',
  }),
  unprocessable: refused(422, validation('image_size', 'Input should be a valid size')),
  content_policy_violation: refused(
    422,
    validation('prompt', 'The content was flagged by a content checker.', 'content_policy_violation', {
      input: 'the flagged input',
      categories: ['sexual'],
    }),
    { 'x-fal-retryable': 'false' },
  ),
  content_flagged: refused(400, {
    error: { message: 'Your request was rejected.', type: 'invalid_request_error', code: 'content_policy_violation' },
  }),
  legal_reasons: refused(451, { error: 'Unavailable for legal reasons' }),
  rate_limited: refused(429, { error: 'Rate limit reached' }, { ratelimit: '"api";r=0;t=55' }),
  rate_limited_briefly: refused(429, { error: 'Rate limit reached' }, { ratelimit: '"api";r=0;t=0' }),
  rate_limited_with_both: refused(
    429,
    { error: { message: 'Too many requests', type: 'rate_limit_error', code: null } },
    { ratelimit: '"api";r=0;t=55', 'retry-after': '7' },
  ),
  // The router would still let us through: the limit is that of whoever it asked.
  rate_limited_elsewhere: refused(429, { error: 'Too many requests' }, { ratelimit: '"api";r=412;t=200' }),
  model_loading: refused(503, { error: 'Model fake/model is currently loading', estimated_time: 20.0 }),
  model_loading_long: refused(503, { error: 'Model fake/model is currently loading', estimated_time: 1_440.5 }),
  server_error: refused(500, { error: 'Internal Error - We are working hard to fix this as soon as possible!' }),
  internal_error_of_a_model: refused(500, validation('prompt', 'Internal server error', 'internal_server_error'), {
    'x-fal-retryable': 'true',
  }),
  downstream_error: refused(400, validation('prompt', 'Downstream service error', 'downstream_service_error'), {
    'x-fal-retryable': 'true',
  }),
  unretryable_error: refused(500, validation('prompt', 'It will not work', 'internal_server_error'), {
    'x-fal-retryable': 'false',
  }),
  problem: answered(
    JSON.stringify({ type: 'about:blank', title: 'Service Unavailable', detail: 'No healthy upstream' }),
    503,
    { 'content-type': 'application/problem+json' },
  ),
  nothing_said: answered('', 503, {}),
  request_timeout: refused(408, { error: 'Request timed out' }),
  generation_timeout: refused(504, validation('prompt', 'Generation timeout', 'generation_timeout')),

  // 200, and yet no image.
  empty_data: answered('{"data":[]}'),
  no_data: answered('{}'),
  no_image: answered('{"data":[{}]}'),
  error_in_success: refused(200, { error: 'Model fake/model is currently overloaded' }),
  link_to_metadata: answered('{"data":[{"url":"http://169.254.169.254/latest/meta-data/"}]}'),
  output_to_metadata: answered('{"output":["http://169.254.169.254/latest/meta-data/"]}'),
  base64_truncated: deliveredText((base64) => base64.subarray(0, (base64.length >> 1) | 1)),
  base64_garbage: deliveredText((base64) =>
    Buffer.concat([base64.subarray(0, 400), Buffer.from('<<!>>'), base64.subarray(405)]),
  ),
  image_truncated: deliveredBytes((picture) => picture.subarray(0, picture.length >> 1)),
  image_html: deliveredBytes(() => Buffer.from(HTML.repeat(20))),
  image_svg: deliveredBytes(() => Buffer.from(SVG.repeat(20))),
  image_gif: deliveredBytes(() => GIF),
  image_empty: deliveredBytes(() => Buffer.alloc(0)),
  bomb: deliveredBytes(() => makeBomb()),

  // What anybody's server does.
  ...mishaps(START),
};
