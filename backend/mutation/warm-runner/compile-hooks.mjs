import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';
import config from '../../jest.config.mjs';

const [[, [, swcOptions]]] = Object.entries(config.transform);
const HARNESS = new URL('harness.mjs', import.meta.url).href;

/**
 * Lets this process import the backend's TypeScript as Jest does: the same compiler options, the same names of modules.
 * @param {string} backend folder whose source it is; Stryker's copy, not the one beside this file
 */
export function compileOnImport(backend) {
  const contracts = pathToFileURL(join(backend, 'contracts', 'index.ts')).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@jest/globals') return { url: HARNESS, shortCircuit: true };
      if (specifier === '@atelier/contracts') return { url: contracts, shortCircuit: true };
      if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
        const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
        if (existsSync(source)) return { url: source.href, shortCircuit: true };
      }
      return next(specifier, context);
    },
    load(url, context, next) {
      if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
      const filename = fileURLToPath(url);
      const { code } = transformSync(readFileSync(filename, 'utf8'), {
        ...swcOptions,
        sourceMaps: false,
        swcrc: false,
        filename,
      });
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
}
