import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './server-process.js';

let table: ReadonlyMap<string, number> | undefined;

/** The status of each code of a problem, as the guide for programs tells it; throws when it tells one twice. */
export function errorTable(): ReadonlyMap<string, number> {
  table ??= read();
  return table;
}

function read(): ReadonlyMap<string, number> {
  const guide = readFileSync(join(WORKSPACE, 'docs', 'api-guide.md'), 'utf8');
  const statuses = new Map<string, number>();
  for (const [, status, codes = ''] of guide.matchAll(/^\| (\d{3}) +\| ([^|]+) \|/gm)) {
    for (const [, code = ''] of codes.matchAll(/`([a-z_.]+)`/g)) {
      if (statuses.has(code)) throw new Error(`The guide tells ${code} twice`);
      statuses.set(code, Number(status));
    }
  }
  return statuses;
}
