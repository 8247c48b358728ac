import type { ClaimedItem } from '../../src/modules/studio/items/item-claims.js';

/** What the database must say about one person's credits and work. */
export interface Observation {
  readonly account: AccountState;
  /** In the order in which they were made. */
  readonly items: readonly ItemState[];
}

export interface AccountState {
  readonly granted: number;
  readonly available: number;
  readonly held: number;
  readonly consumed: number;
  readonly seq: number;
  readonly status: string;
}

export interface ItemState {
  readonly id: string;
  readonly generationId: string;
  readonly state: string;
  readonly fence: number;
  readonly attempts: number;
  readonly leaseUntil: number;
  readonly runAt: number;
  readonly errorCode: string | null;
  /** How often a provider was called for it. */
  readonly calls: number;
  readonly hold: string;
  readonly amount: number;
  /** Where the bytes of its image are. */
  readonly storageKey: string | null;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
interface ModelItem extends Mutable<ItemState> {
  readonly holdExpiresAt: number;
}

/** Right to an item, as a worker holds it. */
export type Claim = ClaimedItem;

export interface Submission {
  readonly count: number;
  readonly tier: 'standard' | 'premium2' | 'premium4';
  readonly prompt: string;
}

/** The names that the product chose for what it made. */
export interface Accepted {
  readonly generationId: string;
  readonly itemIds: readonly string[];
}

const PRICES: Record<Submission['tier'], number> = { standard: 1, premium2: 2, premium4: 4 };
const LEASE_MS = 60_000;
const HOLD_TTL_MS = 86_400_000;
const MAX_ATTEMPTS = 3;
const MAX_AT_WORK = 4;
const MAX_UNFINISHED = 100;

const isOpen = ({ state }: ItemState): boolean => state === 'QUEUED' || state === 'RUNNING';

/**
 * One person's credits and work as they are meant to be: plain numbers and maps, written from the rules and from none
 * of the product's code. Every method does what the operation of that name should, and says what it should answer.
 */
export class StudioModel {
  readonly #account: Mutable<AccountState>;
  readonly #items = new Map<string, ModelItem>();
  readonly #submissions = new Map<string, { readonly body: string; readonly generationId: string }>();
  readonly #grants = new Map<string, { readonly amount: number; readonly available: number; readonly held: number }>();
  readonly #calls = new Set<string>();
  readonly generationIds: string[] = [];
  readonly claims: Claim[] = [];
  /** Keys that were sent with a body, whatever the answer was. */
  readonly sent: { readonly key: string; readonly submission: Submission }[] = [];

  constructor(
    public nowMs: number,
    credits: number,
  ) {
    this.#account = {
      granted: credits,
      available: credits,
      held: 0,
      consumed: 0,
      seq: credits > 0 ? 1 : 0,
      status: 'ACTIVE',
    };
  }

  /** One that goes its own way from here. */
  copy(): StudioModel {
    const copy = new StudioModel(this.nowMs, 0);
    Object.assign(copy.#account, this.#account);
    for (const [id, item] of this.#items) copy.#items.set(id, { ...item });
    for (const [key, submitted] of this.#submissions) copy.#submissions.set(key, submitted);
    for (const [key, grant] of this.#grants) copy.#grants.set(key, grant);
    for (const call of this.#calls) copy.#calls.add(call);
    copy.generationIds.push(...this.generationIds);
    copy.claims.push(...this.claims);
    copy.sent.push(...this.sent);
    return copy;
  }

  observation(): Observation {
    return {
      account: { ...this.#account },
      items: [...this.#items.values()]
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map(({ holdExpiresAt: _, ...item }) => item),
    };
  }

  get status(): string {
    return this.#account.status;
  }

  get itemIds(): readonly string[] {
    return [...this.#items.keys()];
  }

  /** Items that somebody is at work on, or was. */
  get runningIds(): readonly string[] {
    return [...this.#items.values()].filter(({ state }) => state === 'RUNNING').map(({ id }) => id);
  }

  /** Claims on items that somebody else has taken over since. */
  get staleClaims(): readonly Claim[] {
    return this.claims.filter(({ id, fence }) => {
      const item = this.#items.get(id);
      return item?.state === 'RUNNING' && item.fence > fence;
    });
  }

  /** @returns `accepted`, `replayed` with the earlier generation, or the code of the refusal */
  submit(submission: Submission, key: string | undefined, accepted: Accepted | undefined): string {
    const body = JSON.stringify(submission);
    const earlier = key === undefined ? undefined : this.#submissions.get(key);
    if (earlier) return earlier.body === body ? `replayed ${earlier.generationId}` : 'request.idempotency_conflict';

    const total = submission.count * PRICES[submission.tier];
    if (this.#account.status === 'FROZEN') return 'credits.account_frozen';
    if (this.#account.available < total) return 'credits.insufficient';
    if (this.#open().length + submission.count > MAX_UNFINISHED) return 'studio.queue_full';

    if (!accepted) return 'accepted';
    this.#account.available -= total;
    this.#account.held += total;
    this.#account.seq += submission.count;
    for (const id of accepted.itemIds) this.#items.set(id, this.#newItem(id, accepted.generationId, submission.tier));
    this.generationIds.push(accepted.generationId);
    if (key !== undefined) this.#submissions.set(key, { body, generationId: accepted.generationId });
    return `accepted ${accepted.itemIds.length}`;
  }

  /** The items that may be claimed, the oldest first, as many as may be at work. */
  due(): string[] {
    return [...this.#items.values()]
      .filter((item) => this.#isClaimable(item))
      .sort((one, other) => one.runAt - other.runAt || (one.id < other.id ? -1 : 1))
      .slice(0, MAX_AT_WORK - this.#atWork())
      .map(({ id }) => id);
  }

  /** @returns the new fence, or undefined when the item may not be claimed */
  claim(id: string): number | undefined {
    const item = this.#items.get(id);
    if (!item || !this.#isClaimable(item) || this.#atWork() >= MAX_AT_WORK) return undefined;
    item.state = 'RUNNING';
    item.fence += 1;
    item.attempts += 1;
    item.leaseUntil = this.nowMs + LEASE_MS;
    return item.fence;
  }

  heartbeat(claim: Claim): boolean {
    const item = this.#ours(claim);
    if (item) item.leaseUntil = this.nowMs + LEASE_MS;
    return item !== undefined;
  }

  capture(claim: Claim, storageKey: string): boolean {
    const item = this.#ours(claim);
    if (!item) return this.#items.get(claim.id)?.storageKey === storageKey;
    this.#end(item, 'SUCCEEDED');
    item.hold = 'CAPTURED';
    item.storageKey = storageKey;
    this.#account.held -= item.amount;
    this.#account.consumed += item.amount;
    this.#account.seq += 1;
    return true;
  }

  fail(claim: Claim, errorCode: string): boolean {
    const item = this.#ours(claim);
    if (item) this.#release(item, 'FAILED', errorCode);
    return item !== undefined;
  }

  putBack(claim: Claim): void {
    const item = this.#ours(claim);
    if (!item) return;
    this.#queueAgain(item, 0);
    item.attempts -= 1;
  }

  /** @returns the credits that the generation costs in the end, or so far */
  cancel(generationId: string): number {
    const items = this.#ofGeneration(generationId);
    for (const item of items.filter(isOpen)) this.#release(item, 'CANCELED', null);
    return items.reduce((charged, { state, amount }) => charged + (state === 'SUCCEEDED' ? amount : 0), 0);
  }

  requeue(claim: Claim, pauseMs: number): boolean {
    const item = this.#ours(claim);
    if (!item || item.attempts >= MAX_ATTEMPTS) return false;
    this.#queueAgain(item, pauseMs);
    return true;
  }

  /** @returns `called`, or why nobody may be called */
  beginCall(claim: Claim): string {
    const item = this.#ours(claim);
    if (!item) return 'lost';
    const call = `${claim.id} ${claim.fence}`;
    if (this.#calls.has(call)) return 'called before';
    this.#calls.add(call);
    item.calls += 1;
    item.leaseUntil = this.nowMs + LEASE_MS;
    return 'called';
  }

  /** Claims under which no provider has been called. */
  get silentClaims(): readonly Claim[] {
    return this.claims.filter(({ id, fence }) => !this.#calls.has(`${id} ${fence}`));
  }

  /** Ids of the items whose every attempt ended with a lost lease. */
  exhausted(): string[] {
    return [...this.#items.values()]
      .filter((item) => this.#isLost(item) && item.attempts >= MAX_ATTEMPTS)
      .map(({ id }) => id);
  }

  /** Ids of the items whose credits are held for too long. */
  overdue(): string[] {
    return [...this.#items.values()]
      .filter(({ hold, holdExpiresAt }) => hold === 'HELD' && holdExpiresAt <= this.nowMs)
      .map(({ id }) => id);
  }

  giveUp(id: string): void {
    const item = this.#items.get(id);
    if (!item || !isOpen(item)) throw new Error(`The model has no open item ${id}`);
    this.#release(item, 'FAILED', 'studio.interrupted');
  }

  /** @param amount is taken back when it is negative @returns what the grant answers, or the code of the refusal */
  grant(amount: number, key: string): string {
    const earlier = this.#grants.get(key);
    if (earlier && earlier.amount !== amount) return 'request.idempotency_conflict';
    if (earlier) return `replayed ${earlier.available} ${earlier.held}`;
    const added = Math.max(amount, -this.#account.available);
    if (added === 0) return 'credits.grant_invalid';
    this.#account.granted += added;
    this.#account.available += added;
    this.#account.seq += 1;
    const { available, held } = this.#account;
    this.#grants.set(key, { amount, available, held });
    return `done ${available} ${held}`;
  }

  setStatus(status: 'ACTIVE' | 'FROZEN'): void {
    this.#account.status = status;
  }

  #newItem(id: string, generationId: string, tier: Submission['tier']): ModelItem {
    return {
      id,
      generationId,
      state: 'QUEUED',
      fence: 0,
      attempts: 0,
      leaseUntil: 0,
      runAt: this.nowMs,
      errorCode: null,
      calls: 0,
      hold: 'HELD',
      amount: PRICES[tier],
      storageKey: null,
      holdExpiresAt: this.nowMs + HOLD_TTL_MS,
    };
  }

  #queueAgain(item: ModelItem, pauseMs: number): void {
    item.state = 'QUEUED';
    item.leaseUntil = 0;
    item.runAt = this.nowMs + pauseMs;
  }

  #end(item: ModelItem, state: string): void {
    item.state = state;
    item.leaseUntil = 0;
  }

  #release(item: ModelItem, state: string, errorCode: string | null): void {
    this.#end(item, state);
    item.errorCode = errorCode;
    item.hold = 'RELEASED';
    this.#account.held -= item.amount;
    this.#account.available += item.amount;
    this.#account.seq += 1;
  }

  #ours({ id, fence }: Claim): ModelItem | undefined {
    const item = this.#items.get(id);
    return item?.state === 'RUNNING' && item.fence === fence ? item : undefined;
  }

  #isLost({ state, leaseUntil }: ItemState): boolean {
    return state === 'RUNNING' && leaseUntil < this.nowMs;
  }

  #isClaimable(item: ItemState): boolean {
    const isWaiting = item.state === 'QUEUED' && item.runAt <= this.nowMs;
    return item.attempts < MAX_ATTEMPTS && (isWaiting || this.#isLost(item));
  }

  #atWork(): number {
    return [...this.#items.values()].filter((item) => item.state === 'RUNNING' && !this.#isLost(item)).length;
  }

  #open(): ModelItem[] {
    return [...this.#items.values()].filter(isOpen);
  }

  #ofGeneration(generationId: string): ModelItem[] {
    return [...this.#items.values()].filter((item) => item.generationId === generationId);
  }
}
