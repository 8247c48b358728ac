// @ts-check
import { randomUUID } from 'node:crypto';
import { JSON_TYPE, send } from '../misbehaviour.mjs';
import { JOB_FAULTS } from './queue-faults.mjs';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./image-orders.mjs').ImageOrder} ImageOrder */
/** @typedef {{ order: ImageOrder, picture: Buffer, url: string, plan: import('./queue-faults.mjs').JobPlan, asked: number }} Job */

/** How often a job is asked for before it is done. */
const ASKED_BEFORE_DONE = 1;

/** Jobs that are forgotten when there are more: a fake that runs for long stays small. */
const MAX_JOBS = 1_000;

const CANCEL_PATH = /^\/fal-ai\/[\w-]+\/[\w.-]+\/requests\/([\w-]+)\/cancel$/;

/** fal's queue, as it is seen through the router, and the host that its pictures lie on. A job does not need whoever ordered it. */
export class FalQueue {
  /** @type {Map<string, Job>} */
  #jobs = new Map();

  /** Whether the jobs go on being made, however often they are asked for. */
  isHeld = false;
  /** Ids of the jobs that were called off before they were done. @type {string[]} */
  canceled = [];

  /** Accepts a job. @param {ServerResponse} response @param {ImageOrder} order @param {Buffer} picture @param {string} mediaOrigin @param {string} [fault] */
  submit(response, order, picture, mediaOrigin, fault) {
    const id = randomUUID();
    const plan = (fault === undefined ? undefined : JOB_FAULTS[fault]) ?? {};
    const url = plan.url ?? `${mediaOrigin}/files/fake/${id}.png`;
    const bytes = plan.picture?.(picture, order.size) ?? picture;
    this.#jobs.set(id, { order, picture: bytes, url, plan, asked: 0 });
    const oldest = this.#jobs.keys().next().value;
    if (this.#jobs.size > MAX_JOBS && oldest !== undefined) this.#jobs.delete(oldest);
    // The address has the owner and the app in it, and not the endpoint of the app that was called.
    const address = `https://queue.fal.run/${order.model.split('/').slice(0, 2).join('/')}/requests/${id}`;
    const accepted = plan.submitted?.(id) ?? {
      request_id: id,
      status: 'IN_QUEUE',
      queue_position: 0,
      response_url: address,
      status_url: `${address}/status`,
      cancel_url: `${address}/cancel`,
    };
    send(response, JSON.stringify(accepted), 200, JSON_TYPE);
  }

  /** Loses every job, as after they have expired. */
  forget() {
    this.#jobs.clear();
  }

  /** Calls a job off that waits or is being made. @param {ServerResponse} response @param {string} path */
  cancel(response, path) {
    const [, id = ''] = CANCEL_PATH.exec(path) ?? [];
    const job = this.#jobs.get(id);
    if (!job) return send(response, '{"status":"NOT_FOUND"}', 404);
    if (this.#isDone(job)) return send(response, '{"status":"ALREADY_COMPLETED"}', 400);
    this.#jobs.delete(id);
    this.canceled.push(id);
    send(response, '{"status":"CANCELLATION_REQUESTED"}', 202);
  }

  /** @param {Job} job */
  #isDone({ asked }) {
    return !this.isHeld && asked > ASKED_BEFORE_DONE;
  }

  /** Tells of a job. @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {string} path */
  tell(exchange, path) {
    const [, id = '', isStatus] = /^\/fal-ai\/[\w-]+\/[\w.-]+\/requests\/([\w-]+)(\/status)?$/.exec(path) ?? [];
    const job = this.#jobs.get(id);
    if (!job) return send(exchange.response, '{"detail":"Request not found"}', 404);
    return isStatus === undefined ? this.#tellResult(exchange, job) : this.#tellStatus(exchange, job);
  }

  /** @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {Job} job */
  #tellStatus(exchange, job) {
    if (job.plan.status) return job.plan.status(exchange);
    job.asked += 1;
    const isDone = this.#isDone(job);
    send(exchange.response, JSON.stringify({ status: isDone ? 'COMPLETED' : 'IN_PROGRESS' }), isDone ? 200 : 202);
  }

  /** @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {Job} job */
  #tellResult(exchange, { order: { size, seed }, url, plan }) {
    if (plan.result) return plan.result(exchange);
    const result = {
      images: [{ url, ...size, content_type: 'image/png' }],
      seed: seed ?? 42,
      has_nsfw_concepts: [plan.isFlagged ?? false],
      timings: { inference: 0.4 },
    };
    send(exchange.response, JSON.stringify(result));
  }

  /** Hands out a picture, to anybody who knows where it is. @param {import('../misbehaviour.mjs').Exchange & { redirectTo: string }} exchange @param {string} path */
  media(exchange, path) {
    const job = this.#jobs.get(/^\/files\/fake\/([\w-]+)\.png$/.exec(path)?.[1] ?? '');
    const { request, response } = exchange;
    // Whoever shows a key to this host has shown it to a stranger.
    if (request.headers.authorization !== undefined) return send(response, '{"detail":"No keys here"}', 400);
    if (!job) return send(response, '{"detail":"Not found"}', 404);
    if (job.plan.media) return job.plan.media(exchange);
    send(response, job.picture, 200, { 'content-type': 'image/png' });
  }
}
