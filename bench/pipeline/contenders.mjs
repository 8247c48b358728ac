import { Agent, request as send } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { call, startServer } from '../server.mjs';
import { portkeyHeaders, startPortkey } from './portkey.mjs';
import { startProgram, startProgramAsOurs } from './processes.mjs';

const FAKE = join(import.meta.dirname, '..', '..', 'backend', 'test', 'fakes', 'openai', 'main.mjs');
const PICTURE_BYTES = 1_200_000;
/** One user has at most four images at work, so that 64 clients need sixteen; twice as many leave nobody waiting for a turn. */
const USERS = 32;
const CREDITS_EACH = 10_000_000;

/**
 * Everybody who is compared on one upstream.
 * @typedef {object} Contender
 * @property {string} name
 * @property {number | undefined} pid undefined where there is no process in between
 * @property {(index: number) => Promise<void>} request rejects on anything but a success
 */

/** @param {number} pictureBytes size of the images that it makes */
export async function startUpstream(pictureBytes = PICTURE_BYTES) {
  const upstream = await startProgram(FAKE, '--picture-bytes', String(pictureBytes));
  return {
    ...upstream,
    setDelay: async (delayMs) => {
      await fetch(`${upstream.origin}/_fake`, { method: 'PUT', body: JSON.stringify({ delay_ms: delayMs }) });
    },
  };
}

/**
 * @param {(origin: string, tokens: string[]) => Promise<(index: number) => object>} [requestsBy] what Atelier is asked for
 * @returns {Promise<{ contenders: Contender[], server: object, stop: () => Promise<void> }>}
 */
export async function startContenders(upstream, dataDir, requestsBy = (_, tokens) => generateBy(tokens)) {
  const server = await startServer(dataDir, {
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: `${upstream.origin}/v1`,
    OUTBOUND_ALLOW: '127.0.0.1',
  });
  const requests = await requestsBy(server.origin, await createUsers(server));
  const passThrough = await startProgram(join(import.meta.dirname, 'pass-through.mjs'), upstream.origin);
  const checkedFolder = join(dataDir, 'checked-store');
  mkdirSync(checkedFolder);
  const checkedStore = await startProgramAsOurs(
    join(import.meta.dirname, 'checked-store.mjs'),
    upstream.origin,
    checkedFolder,
  );
  const portkey = await startPortkey();
  const contenders = [
    { name: 'atelier', pid: server.pid, request: clientOf(server.origin, requests) },
    ...(portkey
      ? [
          {
            name: 'portkey',
            pid: portkey.pid,
            request: clientOf(portkey.origin, imageRequest(portkeyHeaders(upstream.origin))),
          },
        ]
      : []),
    { name: 'checked store', pid: checkedStore.pid, request: clientOf(checkedStore.origin, imageRequest()) },
    { name: 'pass-through', pid: passThrough.pid, request: clientOf(passThrough.origin, imageRequest()) },
    { name: 'direct', pid: undefined, request: clientOf(upstream.origin, imageRequest()) },
  ];
  return {
    contenders,
    server,
    stop: async () => {
      await Promise.all([server.stop(), passThrough.stop(), checkedStore.stop(), portkey?.stop()]);
    },
  };
}

/** Members with credits; each is signed in once. */
async function createUsers(server) {
  const admin = await server.signIn();
  const tokens = [];
  for (let index = 0; index < USERS; index += 1) {
    const [email, password] = [`bench-${index}@example.com`, `a-password-for-benchmark-${index}`];
    const body = { email, name: `Bench ${index}`, role: 'member', password, credits: CREDITS_EACH };
    await call(server.origin, '/api/v1/admin/users', { token: admin, body });
    const { access_token } = await call(server.origin, '/api/v1/auth/login', { body: { email, password } });
    tokens.push(access_token);
  }
  return tokens;
}

const generateBy = (tokens) => (index) => ({
  path: '/api/v1/studio/generate',
  headers: { authorization: `Bearer ${tokens[index % tokens.length]}` },
  body: { prompt: `A harbour at dusk, number ${index}`, tier: 'standard', provider: 'openai' },
});

const imageRequest = (headers) => (index) => ({
  path: '/v1/images/generations',
  headers: { authorization: 'Bearer sk-bench', ...headers },
  body: {
    model: 'gpt-image-2',
    prompt: `A harbour at dusk, number ${index}`,
    n: 1,
    size: '1024x1024',
    quality: 'medium',
  },
});

/** Sends and reads to the end without decoding: what a client does with a body is not measured. */
function clientOf(origin, requestOf) {
  // Idle connections are ended here: whoever lets the other side do it may be just about to use one.
  const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 2_000 });
  return (index) =>
    new Promise((resolve, reject) => {
      const { path, headers, body } = requestOf(index);
      const text = JSON.stringify(body);
      const outgoing = send(origin + path, {
        agent,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        const isWanted = answer.statusCode >= 200 && answer.statusCode < 300 && answer.statusCode !== 202;
        if (isWanted) answer.on('error', reject).on('end', resolve).resume();
        else
          textOf(answer).then(
            (why) => reject(new Error(`${origin}${path} was answered ${answer.statusCode}: ${why}`)),
            reject,
          );
      });
      outgoing.end(text);
    });
}
