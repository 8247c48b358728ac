import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock, Remembered } from '../../../platform/time/index.js';
import { countAllAtWork, waitingInTurn } from './fair-share.js';

/**
 * How old the line may be that is shown. However many ask, the database is asked this often at most: with a full queue it
 * takes some 20 ms, during which SQLite does nothing else.
 */
const MAX_AGE_MS = 2_000;

/** Where a waiting generation stands. */
export interface Place {
  /** 1 for the generation whose turn is next. */
  readonly position: number;
  /** Generations that wait. */
  readonly of: number;
  /** Images that are begun before its first one. */
  readonly imagesAhead: number;
  /** Images that are being made right now, in all processes together. */
  readonly atWork: number;
}

interface Line {
  readonly places: ReadonlyMap<string, Place>;
  readonly images: number;
  readonly atWork: number;
}

/** The line of the generations that wait for their first image to be begun, in the order of their turns. */
@Injectable()
export class QueueLine {
  readonly #line: Remembered<Line>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#line = new Remembered(clock, MAX_AGE_MS, () => this.#read());
  }

  /** The place of a generation that waits. One that came after the line was looked at stands at its end. */
  async placeOf(generationId: string): Promise<Place> {
    const { places, images, atWork } = await this.#line.get();
    const end = places.size + 1;
    return places.get(generationId) ?? { position: end, of: end, imagesAhead: images, atWork };
  }

  async #read(): Promise<Line> {
    const now = this.clock.now();
    const { manager } = this.dataSource;
    const [generationIds, atWork] = await Promise.all([waitingInTurn(manager, now), countAllAtWork(manager, now)]);
    const firsts = new Map<string, number>();
    for (const [imagesAhead, id] of generationIds.entries()) if (!firsts.has(id)) firsts.set(id, imagesAhead);
    const places = [...firsts].map(([id, imagesAhead], index): [string, Place] => [
      id,
      { position: index + 1, of: firsts.size, imagesAhead, atWork },
    ]);
    return { places: new Map(places), images: generationIds.length, atWork };
  }
}
