import type { CreditNews } from '../credit-news.js';

/** For books that no program wants to hear of. */
export const NO_NEWS: Pick<CreditNews, 'granted' | 'isWatched' | 'lessened'> = {
  granted: () => Promise.resolve(),
  isWatched: () => Promise.resolve(false),
  lessened: () => Promise.resolve(),
};
