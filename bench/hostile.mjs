import { sendHostile } from '../e2e/support/hostile-requests.ts';
import { call, startServer, temporaryFolder } from './server.mjs';
import { percentile, round } from './statistics.mjs';

const CLIENTS = 16;
const SECONDS = 30;
const SHORT_SECONDS = 8;
/** Every so many requests of the others one is hostile: a fifth of all. */
const PEACEFUL_PER_HOSTILE = 4;
const CREDITS = 1_000_000;
const PULSE_MS = 20;

export const title = `${CLIENTS} clients make and look at images with the mock provider while every fifth request is hostile; SQLite`;

/** One row; anything lost, wrongly charged or answered with a 5xx is an error. */
export async function run({ isShort }) {
  const { folder, remove } = temporaryFolder();
  const server = await startServer(folder);
  try {
    const { admin, member, target } = await prepare(server);
    const load = new Load(server, member, target, (isShort ? SHORT_SECONDS : SECONDS) * 1_000);
    await server.figures();
    const figures = await load.run();
    const { eventLoopDelayP99Ms, peakRssMib } = await server.figures();
    await assertNothingLost(server, { admin, member }, load.made);
    return [{ ...figures, 'loop delay p99 ms': round(eventLoopDelayP99Ms), 'peak RSS MiB': round(peakRssMib, 0) }];
  } finally {
    await server.stop();
    remove();
  }
}

async function prepare(server) {
  const admin = await server.signIn();
  const join = async (name) => {
    const [email, password] = [`${name}@example.com`, `a-password-for-${name}-benchmark`];
    const body = { email, name, role: 'member', password, credits: CREDITS };
    await call(server.origin, '/api/v1/admin/users', { token: admin, body });
    return (await call(server.origin, '/api/v1/auth/login', { body: { email, password } })).access_token;
  };
  const member = await join('member');
  const token = await join('intruder');
  const body = { prompt: 'A harbour at dusk', tier: 'standard' };
  const { id } = await call(server.origin, '/api/v1/studio/generate', { token: member, body });
  return { admin, member, target: { port: Number(new URL(server.origin).port), token, foreignId: id } };
}

class Load {
  made = [];
  #latencies = { generate: [], read: [], health: [] };
  #hostile = 0;
  #requests = 0;

  constructor(server, member, target, lengthMs) {
    Object.assign(this, { server, member, target, lengthMs });
  }

  async run() {
    const begunAt = performance.now();
    this.endsAt = begunAt + this.lengthMs;
    await Promise.all([this.#pulse(), ...Array.from({ length: CLIENTS }, (_, index) => this.#client(index))]);
    const seconds = (performance.now() - begunAt) / 1_000;
    const { generate, read, health } = this.#latencies;
    return {
      'images/s': round(generate.length / seconds),
      'reads/s': round(read.length / seconds),
      'hostile/s': round(this.#hostile / seconds),
      'generate p95 ms': round(percentile(generate, 0.95), 0),
      'read p95 ms': round(percentile(read, 0.95), 0),
      'health p50 ms': round(percentile(health, 0.5)),
      'health p99 ms': round(percentile(health, 0.99)),
    };
  }

  async #client(index) {
    const reads = ['/api/v1/studio/my-creations?limit=50', '/api/v1/credits/balance', '/api/v1/studio/options'];
    for (let number = index; performance.now() < this.endsAt; number += 1) {
      const isImage = number % 4 === 0;
      const startedAt = performance.now();
      const token = this.member;
      if (isImage) {
        const body = { prompt: `A harbour at dusk, number ${index}-${number}`, tier: 'standard' };
        const { images } = await call(this.server.origin, '/api/v1/studio/generate', { token, body });
        this.made.push(...images.map(({ id }) => id));
      } else await call(this.server.origin, reads[number % reads.length], { token });
      this.#latencies[isImage ? 'generate' : 'read'].push(performance.now() - startedAt);
      this.#requests += 1;
      if (this.#requests % PEACEFUL_PER_HOSTILE === 0) await this.#attack();
    }
  }

  async #attack() {
    const number = this.#hostile;
    this.#hostile += 1;
    const status = await sendHostile(this.target, number);
    if (status >= 500 || (status >= 200 && status < 400)) throw new Error(`Attempt ${number} was answered ${status}`);
  }

  /** What an operator sees meanwhile. */
  async #pulse() {
    while (performance.now() < this.endsAt) {
      const askedAt = performance.now();
      await call(this.server.origin, '/health/live');
      this.#latencies.health.push(performance.now() - askedAt);
      await new Promise((resolve) => setTimeout(resolve, PULSE_MS));
    }
  }
}

async function assertNothingLost({ origin }, { admin, member }, made) {
  const expected = made.length + 1;
  const balance = await call(origin, '/api/v1/credits/balance', { token: member });
  const isPaid = balance.consumed === expected && balance.held === 0 && balance.available === CREDITS - expected;
  const { total } = await call(origin, '/api/v1/studio/my-creations?limit=1', { token: member });
  const report = await call(origin, '/api/v1/admin/credits/audit', { token: admin, method: 'POST' });
  if (isPaid && total === expected && report.mismatch_count === 0) return;
  const found = { expected, balance, total, mismatches: report.mismatches };
  throw new Error(`Something was lost or wrongly charged: ${JSON.stringify(found)}`);
}
