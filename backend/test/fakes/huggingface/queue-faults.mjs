// @ts-check
import { HTML, HTML_TYPE, JSON_TYPE, SILENCE, answered, drip, send, sendHuge } from '../misbehaviour.mjs';
import { blackPicture } from '../pictures.mjs';
import { validation } from './image-orders.mjs';

/** @typedef {import('../misbehaviour.mjs').Exchange} Exchange */
/** @typedef {(exchange: Exchange & { redirectTo: string }) => void} Fault */
/**
 * What goes wrong with a job in fal's queue after it has been accepted. What is not here goes well.
 * @typedef {object} JobPlan
 * @property {(id: string) => object} [submitted] the answer that accepts it
 * @property {Fault} [status]
 * @property {Fault} [result]
 * @property {Fault} [media]
 * @property {string} [url] where the picture is said to be
 * @property {(picture: Buffer, size: import('../pictures.mjs').Size) => Buffer} [picture] what is there
 * @property {boolean} [isFlagged] whether the safety filter has objected
 */

const LIMIT = { ...JSON_TYPE, ratelimit: '"api";r=0;t=0' };

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
const refused = (status, body, headers = {}) => answered(JSON.stringify(body), status, { ...JSON_TYPE, ...headers });

/** @param {string} responseUrl */
const acceptedAt = (responseUrl) => (/** @type {string} */ id) => ({
  request_id: id,
  status: 'IN_QUEUE',
  response_url: responseUrl,
});

/** Every way in which a job that was accepted fails later, by name. @type {Record<string, JobPlan>} */
export const JOB_FAULTS = {
  // The way to the job.
  job_without_id: { submitted: () => ({ status: 'IN_QUEUE' }) },
  job_without_address: { submitted: (id) => ({ request_id: id, status: 'IN_QUEUE' }) },
  job_elsewhere: { submitted: acceptedAt('https://evil.example/whoami?x=') },
  job_climbing: { submitted: acceptedAt('https://queue.fal.run/fal-ai/flux/requests/../../../api/whoami-v2') },
  job_escaped: { submitted: acceptedAt('https://queue.fal.run/fal-ai/flux/requests/%2e%2e%2f%2e%2e%2fwhoami-v2') },

  // Its state.
  never_done: { status: answered('{"status":"IN_PROGRESS","logs":null}', 202) },
  status_unknown: { status: answered('{"status":"LOST"}') },
  status_missing: { status: answered('{}') },
  status_html: { status: answered(HTML, 200, HTML_TYPE) },
  status_error: { status: refused(500, { error: 'Internal Error' }) },
  status_gone: { status: refused(404, { detail: 'Request not found' }) },
  status_refused: { status: refused(401, { error: 'Invalid username or password.' }) },
  status_rate_limited: { status: refused(429, { error: 'Rate limit reached' }, LIMIT) },
  status_hangs: { status: SILENCE.hang_before_headers },
  status_reset: { status: SILENCE.reset_before },

  // What came of it.
  result_content_policy: {
    result: refused(
      422,
      validation('prompt', 'The content was flagged by a content checker.', 'content_policy_violation'),
      { 'x-fal-retryable': 'false' },
    ),
  },
  result_no_media: {
    result: refused(422, validation('prompt', 'No media was generated', 'no_media_generated'), {
      'x-fal-retryable': 'false',
    }),
  },
  result_runner_lost: {
    result: refused(
      503,
      { detail: 'Runner disconnected', error_type: 'runner_disconnected' },
      {
        'x-fal-error-type': 'runner_disconnected',
      },
    ),
  },
  result_empty: { result: answered('{"images":[],"has_nsfw_concepts":[]}') },
  result_without_images: { result: answered('{"seed":7}') },
  result_html: { result: answered(HTML, 200, HTML_TYPE) },
  nsfw: { picture: (_, size) => blackPicture(size), isFlagged: true },
  // A black picture that was asked for.
  black: { picture: (_, size) => blackPicture(size) },

  // The picture.
  media_metadata: { url: 'http://169.254.169.254/latest/meta-data/' },
  media_private: { url: 'https://10.0.0.1/picture.png' },
  media_this_machine: { url: 'http://127.0.0.1:1/picture.png' },
  media_elsewhere: { url: 'https://evil.example/fal.media/picture.png' },
  media_lookalike: { url: 'https://v3.fal.media.evil.example/picture.png' },
  media_with_credentials: { url: 'https://v3.fal.media@evil.example/picture.png' },
  media_file: { url: 'file:///etc/passwd' },
  media_inline: { url: 'data:image/png;base64,iVBORw0KGgo=' },
  media_no_url: { url: 'picture.png' },
  media_missing: { media: refused(404, { detail: 'Not found' }) },
  media_forbidden: { media: refused(403, { detail: 'Expired' }) },
  media_error: { media: answered(HTML, 502, HTML_TYPE) },
  media_redirect: { media: ({ response, redirectTo }) => send(response, '', 302, { location: redirectTo }) },
  media_html: { media: answered(HTML.repeat(20), 200, HTML_TYPE) },
  media_empty: { picture: () => Buffer.alloc(0) },
  media_truncated: { picture: (picture) => picture.subarray(0, picture.length >> 1) },
  media_huge: { media: ({ response }) => sendHuge(response, '\x89PNG') },
  media_hangs: { media: SILENCE.hang_after_headers },
  media_drips: { media: ({ response }) => drip(response, '\x89PNG') },
  media_reset: { media: SILENCE.reset_before },
};
