import type { Records } from '../audit/records.js';

/** Something that was asked for under a key, and what is known of the answer. */
export interface Wish {
  readonly key: string;
  readonly userId: number;
  readonly path: string;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
  /** Credits that it adds to the account, where it is a grant. */
  readonly grants: number;
  /** Set once the product has said what became of it. */
  outcome: { readonly acceptedAs: string } | 'refused' | undefined;
}

/** Everything that was asked of the product and every answer that it gave: what it said must be true for ever. */
export class Memory {
  readonly wishes: Wish[] = [];
  readonly violations: string[] = [];
  readonly #byKey = new Map<string, Wish>();

  add(wish: Wish): void {
    this.wishes.push(wish);
    this.#byKey.set(wish.key, wish);
  }

  /** Notes an answer; whatever was said before under the same key must have been the same. */
  accepted(wish: Wish, id: string): void {
    const { outcome } = wish;
    if (typeof outcome === 'object' && outcome.acceptedAs !== id)
      this.violations.push(`key ${wish.key} was answered with ${outcome.acceptedAs} and then with ${id}`);
    else wish.outcome = { acceptedAs: id };
  }

  refused(wish: Wish): void {
    if (typeof wish.outcome === 'object')
      this.violations.push(`key ${wish.key} was answered with ${wish.outcome.acceptedAs} and then refused`);
    else wish.outcome = 'refused';
  }

  isAnswered({ outcome }: Wish): boolean {
    return outcome !== undefined;
  }

  get unanswered(): Wish[] {
    return this.wishes.filter(({ outcome }) => outcome === undefined);
  }

  get acceptedGenerations(): string[] {
    return this.wishes.flatMap(({ grants, outcome }) =>
      grants === 0 && typeof outcome === 'object' ? [outcome.acceptedAs] : [],
    );
  }

  /** What was acknowledged is there, once, and nothing is there that was not. To be asked when nothing is unanswered. */
  *contradictions({ generations, accounts }: Records, initialCredits: ReadonlyMap<number, number>): Generator<string> {
    yield* this.violations;
    for (const [userId, initial] of initialCredits) {
      const own = this.wishes.filter((wish) => wish.userId === userId);
      const expected = own.filter(({ grants }) => grants === 0).flatMap(({ outcome }) => acceptedAs(outcome));
      const found = generations.filter(({ user_id }) => user_id === userId).map(({ id }) => id);
      for (const id of expected) if (!found.includes(id)) yield `generation ${id} was acknowledged and is not there`;
      for (const id of found) if (!expected.includes(id)) yield `generation ${id} was made and acknowledged to nobody`;
      if (new Set(expected).size !== expected.length) yield `two keys of user ${userId} name one generation`;

      const granted = own.reduce(
        (sum, { grants, outcome }) => sum + (typeof outcome === 'object' ? grants : 0),
        initial,
      );
      const account = accounts.find(({ owner_id }) => owner_id === String(userId));
      if (account?.granted !== granted) yield `user ${userId} was granted ${granted} and has ${account?.granted}`;
    }
  }
}

const acceptedAs = (outcome: Wish['outcome']): string[] => (typeof outcome === 'object' ? [outcome.acceptedAs] : []);
