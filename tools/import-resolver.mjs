import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { isBuiltin } from 'node:module';
import { ROOT } from './workspace.mjs';

/** Import resolver of the lint rules: the workspace's own files by their source names, packages by their folders. */
export const interfaceVersion = 2;

/** @param {string} source as written in the import @param {string} file absolute path of the importing file */
export function resolve(source, file) {
  if (isBuiltin(source)) return { found: true, path: null };
  if (source === '@atelier/contracts') return { found: true, path: join(ROOT, 'backend', 'contracts', 'index.ts') };
  if (source.startsWith('.')) return { found: true, path: sourceFile(resolvePath(dirname(file), source)) };
  const name = source.split('/', source.startsWith('@') ? 2 : 1).join('/');
  const folder = join(ROOT, 'node_modules', name);
  return existsSync(folder) ? { found: true, path: join(folder, 'package.json') } : { found: false };
}

/** `./a.js` is written for `./a.ts`, and the console leaves the extension out. @param {string} path */
function sourceFile(path) {
  if (/\.(mjs|cjs|json|ts)$/.test(path)) return path;
  if (path.endsWith('.js')) return `${path.slice(0, -3)}.ts`;
  return existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.ts') : `${path}.ts`;
}
