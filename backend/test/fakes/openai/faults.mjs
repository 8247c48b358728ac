// @ts-check
import { JSON_TYPE, answered } from '../misbehaviour.mjs';
import { BAD_PICTURES, delivered, mishaps } from '../mishaps.mjs';

/** @typedef {import('../mishaps.mjs').Fault} Fault */
/** @typedef {import('./image-request.mjs').Refusal} Refusal */

/**
 * Answers with the vendor's error body.
 * @param {number} status @param {string | null} code @param {string} type @param {string} message
 * @param {Record<string, string>} [headers] @returns {Fault}
 */
const refused =
  (status, code, type, message, headers) =>
  ({ response }) =>
    sendRefusal(response, { status, code, type, message, param: null }, headers);

/** @param {import('node:http').ServerResponse} response @param {Refusal} refusal @param {Record<string, string>} [headers] */
export function sendRefusal(response, { status, message, type, param, code }, headers = {}) {
  response.writeHead(status, { ...JSON_TYPE, ...headers });
  response.end(JSON.stringify({ error: { message, type, param, code } }));
}

const noMoney = (/** @type {string} */ code) =>
  refused(
    429,
    code,
    'insufficient_quota',
    'You exceeded your current quota, please check your plan and billing details.',
  );

/** Every way to fail, by name. @type {Record<string, Fault>} */
export const FAULTS = {
  // Refused, with the bodies that the vendor uses.
  moderation_blocked: refused(
    400,
    'moderation_blocked',
    'image_generation_user_error',
    'Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID req_fake. safety_violations=[violence].',
  ),
  content_policy_violation: refused(
    400,
    'content_policy_violation',
    'invalid_request_error',
    'Your request was rejected as a result of our safety system.',
  ),
  legal_reasons: refused(451, null, 'invalid_request_error', 'Unavailable for legal reasons.'),
  model_retired: refused(
    400,
    'invalid_value',
    'image_generation_user_error',
    "The model 'gpt-image-1' does not exist.",
  ),
  model_not_found: refused(
    404,
    'model_not_found',
    'invalid_request_error',
    'The model `gpt-image-1` does not exist or you do not have access to it.',
  ),
  invalid_size: refused(400, 'invalid_size', 'invalid_request_error', "Invalid size '17x17'."),
  invalid_parameter: refused(400, null, 'invalid_request_error', "Unknown parameter: 'style'."),
  unprocessable: answered('{"detail":[{"loc":["body","size"],"msg":"value is not valid"}]}', 422),
  billing_hard_limit_reached: refused(
    400,
    'billing_hard_limit_reached',
    'invalid_request_error',
    'Billing hard limit has been reached',
  ),
  payment_required: refused(402, null, 'invalid_request_error', 'Payment required.'),
  insufficient_quota: noMoney('insufficient_quota'),
  credit_balance_exhausted: noMoney('credit_balance_exhausted'),
  organization_spend_limit_exceeded: noMoney('organization_spend_limit_exceeded'),
  project_spend_limit_exceeded: noMoney('project_spend_limit_exceeded'),
  organization_usage_limit_exceeded: noMoney('organization_usage_limit_exceeded'),
  // The vendor repeats a part of the key; this one repeats all of it.
  invalid_api_key: ({ request, response }) =>
    sendRefusal(response, {
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
      param: null,
      message: `Incorrect API key provided: ${(request.headers.authorization ?? '').replace('Bearer ', '')}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    }),
  org_unverified: refused(
    403,
    null,
    'invalid_request_error',
    'Your organization must be verified to use the model `gpt-image-2`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.',
  ),
  unsupported_country: refused(
    403,
    'unsupported_country_region_territory',
    'request_forbidden',
    'Country, region, or territory not supported',
  ),
  rate_limited: refused(
    429,
    'rate_limit_exceeded',
    'requests',
    'Rate limit exceeded for images per minute in organization org-fake. Limit: 5/1min. Current: 6/1min.',
    {
      'retry-after': '7',
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '12s',
    },
  ),
  rate_limited_briefly: refused(429, 'rate_limit_exceeded', 'requests', 'Rate limit exceeded.', {
    'retry-after-ms': '250',
    'retry-after': '7',
  }),
  rate_limited_without_header: refused(
    429,
    'rate_limit_exceeded',
    'tokens',
    'Rate limit reached for images. Please try again after 51.81557421875 seconds.',
  ),
  slow_down: refused(429, 'slow_down', 'rate_limit_error', 'Slow down.'),
  slow_down_503: refused(503, 'slow_down', 'server_error', 'Slow down.'),
  lock_conflict: refused(409, null, 'conflict_error', 'The resource is locked.'),
  server_error: refused(
    500,
    null,
    'server_error',
    'The server had an error while processing your request. Sorry about that!',
  ),
  overloaded: refused(503, null, 'server_error', 'The engine is currently overloaded, please try again later.'),
  request_timeout: refused(408, null, 'server_error', 'Request timed out.'),

  // 200, and yet no image.
  empty_data: answered('{"created":1,"data":[]}'),
  no_data: answered('{"created":1}'),
  no_image: answered('{"created":1,"data":[{}]}'),
  error_in_success: answered(
    '{"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}',
  ),
  link_instead: answered('{"created":1,"data":[{"url":"http://169.254.169.254/latest/meta-data/"}]}'),
  one_too_few: delivered(() => []),
  one_too_many: delivered((picture) => [picture, picture]),
  ...BAD_PICTURES,
  ...mishaps('{"created":1,"data":[{"b64_json":"'),
};
