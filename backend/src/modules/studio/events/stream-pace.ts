import { Injectable } from '@nestjs/common';

/** How event streams keep time. */
@Injectable()
export class StreamPace {
  /** Between two signs of life. A session that has ended loses its streams within this time. */
  readonly heartbeatMs: number = 15_000;

  /** Between two looks at where waiting generations stand, for people who have some. */
  readonly movesMs: number = 3_000;

  /** How long a reader may take nothing before the connection is given up. */
  readonly slowReaderMs: number = 15_000;
}
