// @ts-check
import { JSON_TYPE, answered, send } from '../misbehaviour.mjs';
import { BAD_PICTURES, mishaps } from '../mishaps.mjs';
import { blockedAnswer, candidateParts, footer } from './answers.mjs';

/** @typedef {import('./generate-request.mjs').Order} Order */
/** @typedef {import('./generate-request.mjs').Refusal} Refusal */
/** @typedef {import('./answers.mjs').Part} Part */
/** @typedef {import('./answers.mjs').End} End */
/**
 * @typedef {object} ContentExchange
 * @property {Order} order
 * @property {Buffer} draft base64 of another picture than the one that an honest answer would hold
 */
/** @typedef {import('../mishaps.mjs').Exchange & ContentExchange} Exchange */
/** @typedef {(exchange: Exchange) => void} Fault */

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const QUOTA_MESSAGE =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.';

/** @param {import('node:http').ServerResponse} response @param {Refusal} refusal */
export function sendRefusal(response, { code, status, message, details }) {
  response.writeHead(code, { ...JSON_TYPE, vary: 'Origin' });
  response.end(JSON.stringify({ error: { code, message, status, ...(details && { details }) } }, null, 2));
}

/** @param {number} code @param {string} status @param {string} message @param {readonly object[]} [details] @returns {Fault} */
const refused =
  (code, status, message, details) =>
  ({ response }) =>
    sendRefusal(response, { code, status, message, details });

/** A key is never answered with 401. @param {import('node:http').ServerResponse} response @param {string} key */
export function refuseKey(response, key) {
  const service = { service: 'generativelanguage.googleapis.com' };
  sendRefusal(response, {
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: 'API key not valid. Please pass a valid API key.',
    details: [
      { '@type': ERROR_INFO, reason: 'API_KEY_INVALID', domain: 'googleapis.com', metadata: service },
      // The vendor does not repeat the key; a proxy before it might.
      {
        '@type': 'type.googleapis.com/google.rpc.LocalizedMessage',
        locale: 'en-US',
        message: `API key ${key} not valid.`,
      },
    ],
  });
}

/** @param {string} quotaId @param {string} quotaValue @param {string} [retryDelay] @returns {Fault} */
const overQuota = (quotaId, quotaValue, retryDelay) =>
  refused(429, 'RESOURCE_EXHAUSTED', QUOTA_MESSAGE, [
    {
      '@type': QUOTA_FAILURE,
      violations: [
        {
          quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
          quotaId,
          quotaDimensions: { location: 'global', model: 'gemini-nano-banana-2.1' },
          quotaValue,
        },
      ],
    },
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [
        { description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' },
      ],
    },
    ...(retryDelay ? [{ '@type': RETRY_INFO, retryDelay }] : []),
  ]);

/** @param {string} reason @returns {Fault} */
const blocked =
  (reason) =>
  ({ response, order }) =>
    send(response, blockedAnswer(order, reason));

/** Ends in this way, and says nothing. @param {string} finishReason @param {string} [finishMessage] @returns {Fault} */
const finished = (finishReason, finishMessage) => said(() => [], { finishReason, finishMessage });

/** Answers 200 with these parts. @param {(exchange: Exchange) => Part[]} parts @param {End} [end] @returns {Fault} */
function said(parts, end) {
  return (exchange) => send(exchange.response, Buffer.concat(candidateParts(exchange.order, parts(exchange), end)));
}

/** Every way to fail or to be odd, by name. @type {Record<string, Fault>} */
export const FAULTS = {
  // Refused as unsafe: always with 200.
  blocked_safety: blocked('SAFETY'),
  blocked_prohibited: blocked('PROHIBITED_CONTENT'),
  blocked_blocklist: blocked('BLOCKLIST'),
  blocked_image_safety: blocked('IMAGE_SAFETY'),
  blocked_other: blocked('OTHER'),
  finish_safety: finished('SAFETY'),
  finish_prohibited: finished('PROHIBITED_CONTENT'),
  finish_blocklist: finished('BLOCKLIST'),
  finish_spii: finished('SPII'),
  finish_recitation: finished('RECITATION'),
  finish_image_safety: finished(
    'IMAGE_SAFETY',
    'Unable to show the generated image. The image was filtered out because it violated Google policies. private garden',
  ),
  finish_image_prohibited: finished('IMAGE_PROHIBITED_CONTENT'),
  finish_image_recitation: finished('IMAGE_RECITATION'),
  /** A picture came all the same. */
  finish_safety_with_image: said(({ picture }) => [{ picture }], { finishReason: 'IMAGE_SAFETY' }),

  // 200, and yet no image.
  no_image: finished('NO_IMAGE'),
  image_other: finished('IMAGE_OTHER'),
  malformed_response: finished('MALFORMED_RESPONSE'),
  unknown_end: finished('SOMETHING_NEW'),
  max_tokens: said(() => [], { finishReason: 'MAX_TOKENS', thoughtTokens: 1_024 }),
  account_limited: finished('PUP_LIMITED_DISABLED'),
  text_instead: said(() => [{ text: "I can't draw your private garden, but here is what it might look like." }]),
  thought_image_only: said(({ draft }) => [{ picture: draft, thought: true }, { text: 'Done.' }]),
  no_candidates: ({ response, order }) => send(response, JSON.stringify({ candidates: [], ...footer(order, []) })),
  no_parts: said(() => []),
  error_in_success: answered('{"error":{"code":500,"message":"Internal error","status":"INTERNAL"}}'),

  // Delivered, in the forms that there are.
  several_images: said(({ picture, draft }) => [
    { text: 'A draft.' },
    { picture: draft },
    { text: 'Better:' },
    { picture },
  ]),
  thoughts_around: said(({ picture, draft }) => [
    { text: 'Hm.', thought: true },
    { picture: draft, thought: true },
    { picture },
    { picture: draft, thought: true },
  ]),
  snake_case: said(({ picture }) => [{ picture, isSnakeCase: true }]),
  wrong_mime_type: said(({ picture }) => [{ picture, mimeType: 'image/jpeg' }]),

  // Refused, with the bodies that the vendor uses.
  invalid_argument: refused(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
  invalid_api_key: ({ request, response }) => refuseKey(response, String(request.headers['x-goog-api-key'])),
  region: refused(
    400,
    'FAILED_PRECONDITION',
    'User location is not supported for the API use. Please enable billing on your project in Google AI Studio.',
  ),
  unauthenticated: refused(
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  ),
  permission_denied: refused(
    403,
    'PERMISSION_DENIED',
    'Your API key was reported as leaked. Please use another API key.',
  ),
  prepaid_exhausted: refused(402, 'RESOURCE_EXHAUSTED', 'Your prepaid credits are depleted.'),
  model_retired: refused(
    404,
    'NOT_FOUND',
    'models/gemini-2.5-flash-image is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.',
  ),
  rate_limited: overQuota('GenerateRequestsPerMinutePerProjectPerModel', '10', '31.5s'),
  rate_limited_briefly: overQuota('GenerateRequestsPerMinutePerProjectPerModel', '10', '0.25s'),
  rate_limited_bare: refused(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
  quota_per_day: overQuota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '100', '31s'),
  quota_zero: overQuota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '0', '31s'),
  cancelled: refused(499, 'CANCELLED', 'The operation was cancelled.'),
  internal: refused(
    500,
    'INTERNAL',
    'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  ),
  overloaded: refused(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  deadline: refused(504, 'DEADLINE_EXCEEDED', 'The request timed out. Please try again.'),
  /** As on streams, and from some proxies. */
  error_in_array: answered(
    '[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"No.","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}]',
    429,
  ),

  // Of a text.
  text_preamble: said(() => [{ text: 'Sure! Here is your prompt:\n\n"A lighthouse in the last light of the day."' }]),
  text_endless: said(() => [{ text: 'A lighthouse and yet another lighthouse. '.repeat(200) }]),
  text_blank: said(() => [{ text: '  \n' }]),

  ...BAD_PICTURES,
  ...mishaps('{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"'),
};
