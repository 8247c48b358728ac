import { Logger } from '@nestjs/common';
import { DomainError } from '../errors/index.js';

const TURN_MS = 1_000;

/** Turns without a word from the database, while somebody waits for one, after which it is asked whether it is there. */
const ASKED_AFTER = 3;
/** And after which nobody waits any longer. More than any lock is waited for, and less than anybody waits for an answer. */
const GIVEN_UP_AFTER = 10;

/**
 * Notices a database server that takes connections and says nothing on them: it stands still, or the way to it swallows
 * everything. Nothing ends a statement then; whoever waits for one would wait until the server goes on, or for ever.
 *
 * A statement may take its time, so it is not the judge: when no statement at all has been answered for a while, the
 * server is asked by a new connection, which one that is alive answers at once. Time is counted in turns of this process,
 * so that one that stood still itself accuses nobody.
 */
export class SilenceWatch {
  readonly #logger = new Logger(SilenceWatch.name);
  readonly #waiting = new Set<{ readonly since: number }>();
  #turn = 0;
  #heardAt = 0;
  #isAsking = false;
  #isSilent = false;

  /**
   * @param ask resolves when the server has answered
   * @param giveUp ends all that is waited for
   */
  constructor(
    private readonly ask: () => Promise<void>,
    private readonly giveUp: () => void,
  ) {}

  /** @returns ends it */
  start(): () => void {
    const timer = setInterval(() => this.turn(), TURN_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /**
   * Waits for a statement with an eye on the server.
   * @throws DomainError `server.unavailable` at once while the server is known to be silent
   */
  async during<Result>(statement: () => Promise<Result>): Promise<Result> {
    if (this.#isSilent) throw silent();
    const waiting = { since: this.#turn };
    this.#waiting.add(waiting);
    try {
      const result = await statement();
      this.#heardAt = this.#turn;
      return result;
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  turn(): void {
    this.#turn += 1;
    // The first that was added waits for longest.
    const [longest] = this.#waiting;
    if (!longest && !this.#isSilent) return;
    const quietTurns = this.#turn - Math.max(this.#heardAt, longest?.since ?? 0);
    if (quietTurns >= ASKED_AFTER && !this.#isAsking) void this.#ask();
    if (quietTurns >= GIVEN_UP_AFTER && !this.#isSilent) {
      this.#isSilent = true;
      this.#logger.error('The database does not answer. All connections to it are given up.');
      this.giveUp();
    }
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      await this.ask();
      this.#heardAt = this.#turn;
      if (this.#isSilent) this.#logger.log('The database answers again.');
      this.#isSilent = false;
    } catch (error) {
      // It is asked again in the next turn: how many have passed says how long this may go on.
      this.#logger.debug({ err: error }, 'The database was asked whether it is there, in vain');
    } finally {
      this.#isAsking = false;
    }
  }
}

const silent = (): DomainError =>
  new DomainError('server.unavailable', 'unavailable', 'The database does not answer. Try again in a moment.', {
    retryable: true,
    retryAfterMs: 5_000,
  });
