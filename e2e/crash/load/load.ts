import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Balance, GenerateRequest, Generation } from '@atelier/contracts';
import type { Random } from '../random.js';
import { Memory, type Wish } from './memory.js';

export interface Account {
  readonly userId: number;
  readonly token: string;
}

export interface LoadOptions {
  /** The processes' addresses; read at every call. */
  readonly origins: () => readonly string[];
  readonly admin: Pick<Account, 'token'>;
  readonly customers: readonly Account[];
  readonly random: Random;
  readonly providers: readonly ImageProviderKey[];
}

type ImageProviderKey = NonNullable<GenerateRequest['provider']>;

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Prompts and how often each is chosen. */
const PROMPTS = [
  'a harbour',
  'a harbour in the fog',
  'slow [mock:delay=300]',
  'slower [mock:delay=1500]',
  'refused [mock:fail=content_rejected]',
  'broken [mock:body=truncated]',
  'a page [mock:body=html]',
];
const REQUEST_TIMEOUT_MS = 45_000;

/** Where nobody answers, somebody sane asks for the same thing again, and not at once. */
const MAX_UNANSWERED = 4;
const NO_ANSWER_PAUSE_MS = 250;

/**
 * Customers and an administrator who ask for images, wait or not, repeat themselves, cancel, look and grant, all at the
 * same time and without mercy. Every request that moves credits has a key, so that its outcome can be found out in the end.
 */
export class Load {
  readonly memory = new Memory();
  readonly answers = new Map<number | 'none', number>();
  #isRunning = false;
  #customers: Promise<void>[] = [];

  constructor(private readonly options: LoadOptions) {}

  start(atOnce = 2): void {
    this.#isRunning = true;
    this.#customers = this.options.customers.flatMap((customer) =>
      Array.from({ length: atOnce }, () => this.#live(customer)),
    );
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#customers);
  }

  /** Asks again for everything that was never answered. */
  async settle(timeoutMs = 120_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (const wish of this.memory.unanswered) {
      for (;;) {
        await this.#send(wish);
        if (this.memory.isAnswered(wish)) break;
        if (Date.now() > deadline) throw new Error(`There is still no answer to ${JSON.stringify(wish)}`);
        await pause(100);
      }
    }
  }

  async #live(customer: Account): Promise<void> {
    const { random } = this.options;
    while (this.#isRunning) {
      const unanswered = this.memory.unanswered.filter(({ userId }) => userId === customer.userId);
      const dice = random.next();
      if (unanswered.length > MAX_UNANSWERED) await this.#send(random.pick(unanswered));
      else if (dice < 0.35) await this.#send(this.#wishForImages(customer, 'respond-async'));
      else if (dice < 0.5) await this.#send(this.#wishForImages(customer, `wait=${random.below(4)}`));
      else if (dice < 0.62) await this.#repeat(customer);
      else if (dice < 0.72) await this.#cancel(customer);
      else if (dice < 0.82) await this.#send(this.#wishForCredits(customer));
      else await this.#look(customer);
      await pause(random.below(60));
    }
  }

  #wishForImages({ userId }: Account, prefer: string): Wish {
    const { random, providers } = this.options;
    const provider = random.pick(providers);
    const body = { prompt: random.pick(PROMPTS), tier: 'standard', count: 1 + random.below(2), provider };
    return this.#remember({ userId, path: '/studio/generate', body, headers: { prefer }, grants: 0 });
  }

  #wishForCredits({ userId }: Account): Wish {
    const amount = 1 + this.options.random.below(6);
    const body = { user_id: userId, amount, reason: 'More of it' };
    return this.#remember({ userId, path: '/admin/credits/grants', body, headers: {}, grants: amount });
  }

  #remember(wish: Omit<Wish, 'key' | 'outcome'>): Wish {
    const remembered: Wish = { ...wish, key: randomUUID(), outcome: undefined };
    this.memory.add(remembered);
    return remembered;
  }

  async #repeat({ userId }: Account): Promise<void> {
    const own = this.memory.wishes.filter((wish) => wish.userId === userId && wish.outcome !== 'refused');
    if (own.length > 0) await this.#send(this.options.random.pick(own.slice(-20)));
  }

  async #cancel(customer: Account): Promise<void> {
    const id = this.#someGeneration(customer);
    if (id !== undefined) await this.#call(customer.token, 'POST', `/studio/generations/${id}/cancel`);
  }

  async #look(customer: Account): Promise<void> {
    const balance = await this.#call(customer.token, 'GET', '/credits/balance');
    if (balance?.status === 200) {
      const { available, held, consumed, granted } = balance.body as Balance;
      if (Math.min(available, held, consumed) < 0 || available + held + consumed !== granted)
        this.memory.violations.push(`user ${customer.userId} was shown ${JSON.stringify(balance.body)}`);
    }
    const id = this.#someGeneration(customer);
    if (id === undefined) return;
    const answer = await this.#call(customer.token, 'GET', `/studio/generations/${id}`);
    if (answer?.status === 404) this.memory.violations.push(`generation ${id} was acknowledged and is not found`);
    if (answer?.status !== 200) return;
    const { status, images, credits } = answer.body as Generation;
    if (credits.charged !== images.length)
      this.memory.violations.push(`generation ${id} is ${status} with ${images.length} images for ${credits.charged}`);
    const [image] = images;
    if (image) await this.#download(image.image_url, image.bytes);
  }

  async #download(link: string, bytes: number): Promise<void> {
    const { origins, random } = this.options;
    try {
      const url = new URL(link, random.pick(origins()));
      const response = await fetch(new URL(url.pathname + url.search, random.pick(origins())));
      const content = await response.arrayBuffer();
      if (response.status === 503) return;
      if (response.status !== 200 || content.byteLength !== bytes)
        this.memory.violations.push(`${url.pathname} was answered ${response.status} with ${content.byteLength} bytes`);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
    }
  }

  #someGeneration({ userId }: Account): string | undefined {
    const ids = this.memory.wishes.flatMap((wish) =>
      wish.userId === userId && wish.grants === 0 && typeof wish.outcome === 'object' ? [wish.outcome.acceptedAs] : [],
    );
    return ids.length > 0 ? this.options.random.pick(ids.slice(-8)) : undefined;
  }

  async #send(wish: Wish): Promise<void> {
    const { admin, customers } = this.options;
    const customer = customers.find(({ userId }) => userId === wish.userId);
    const { token } = wish.grants > 0 || !customer ? admin : customer;
    const headers = { ...wish.headers, 'idempotency-key': wish.key };
    const answer = await this.#call(token, 'POST', wish.path, wish.body, headers);
    if (!answer) return;
    const { id, generation_id } = answer.body as { id?: string; generation_id?: string };
    const acceptedAs = answer.status < 300 ? id : generation_id;
    if (acceptedAs !== undefined) this.memory.accepted(wish, acceptedAs);
    // "Not now" says nothing about what has become of it.
    else if (![500, 503].includes(answer.status)) this.memory.refused(wish);
  }

  /** @returns undefined when there was no whole answer */
  async #call(
    token: string,
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Received | undefined> {
    const url = `${this.options.random.pick(this.options.origins())}/api/v1${path}`;
    try {
      const response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const received = { status: response.status, headers: response.headers, body: await response.json() };
      this.#judge(`${method} ${path}`, received);
      return received;
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#count('none');
      await pause(NO_ANSWER_PAUSE_MS);
      return undefined;
    }
  }

  #judge(what: string, { status, headers, body }: Received): void {
    this.#count(status);
    if (status === 500) this.memory.violations.push(`${what} was answered 500`);
    if (status === 503 && !headers.has('retry-after'))
      this.memory.violations.push(`${what} was answered 503 without Retry-After: ${JSON.stringify(body)}`);
    if (status === 401) throw new Error(`${what} was answered 401: ${JSON.stringify(body)}`);
  }

  #count(status: number | 'none'): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}

/** The process died, or had died, or takes too long; half an answer is none. By name: errors of `fetch` are of another realm. */
function isConnectionLost(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    (name === 'TypeError' && /^(fetch failed|terminated)$/.test(message)) ||
    ['SyntaxError', 'TimeoutError', 'AbortError'].includes(name)
  );
}
