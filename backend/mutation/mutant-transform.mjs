import { join } from 'node:path';
import { createTransformer } from '@swc/jest';
import { MUTANTS } from './mutants.mjs';

const SOURCE = join(import.meta.dirname, '../src');

/** Compiles as ever, but for the one file that the mutant changes. */
export default {
  /** @param {object} swcOptions */
  createTransformer(swcOptions) {
    const swc = createTransformer(swcOptions);
    const mutant = MUTANTS.find(({ name }) => name === process.env.MUTANT);
    if (!mutant) throw new Error(`There is no mutant "${process.env.MUTANT}"`);
    /** @param {string} source @param {string} path */
    const mutated = (source, path) =>
      path === join(SOURCE, mutant.file) ? source.replaceAll(mutant.from, mutant.to) : source;
    return {
      ...swc,
      /** @type {typeof swc.process} */
      process: (source, path, options) => swc.process(mutated(source, path), path, options),
      /** @type {typeof swc.processAsync} */
      processAsync: (source, path, options) => swc.processAsync(mutated(source, path), path, options),
      /** @type {typeof swc.getCacheKey} */
      getCacheKey: (source, path, options) => swc.getCacheKey(mutated(source, path), path, options),
    };
  },
};
