import { join } from 'node:path';
import config from '../jest.config.mjs';

const [[pattern, [, swcOptions]]] = Object.entries(config.transform);

/** The backend's tests with one mistake in its source, named by MUTANT. */
export default {
  ...config,
  displayName: undefined,
  rootDir: join(import.meta.dirname, '..'),
  setupFiles: [join(import.meta.dirname, 'no-shrinking.mjs')],
  // Some mistakes show in that nothing goes on.
  testTimeout: 20_000,
  transform: { [pattern]: [join(import.meta.dirname, 'mutant-transform.mjs'), swcOptions] },
};
