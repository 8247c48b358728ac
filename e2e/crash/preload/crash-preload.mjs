/*
 * Loaded before the built product by `node --import`: the product itself knows nothing of it. It watches the product's
 * statements, files and connections from outside, and kills the process at the boundary that it was told to, or has the
 * disk fail there.
 */
import { arm, failFiles, seedRandomKills } from './boundaries.mjs';
import { shiftClock } from './clock.mjs';
import { watchFiles } from './files.mjs';
import { watchHttp } from './http.mjs';
import { watchKeyFiles } from './key-files.mjs';
import { watchMysql } from './mysql.mjs';
import { watchSqlite } from './sqlite.mjs';

watchSqlite();
watchMysql();
watchFiles();
watchKeyFiles();
watchHttp();

/** What the harness may ask for while the product runs. */
const ORDERS = {
  arm,
  randomKills: seedRandomKills,
  failFiles,
  shiftClock,
  /** Nothing else in the process goes on meanwhile. */
  block: ({ durationMs }) => {
    const until = performance.now() + durationMs;
    while (performance.now() < until);
  },
};

for (const [name, order] of Object.entries(JSON.parse(process.env.CRASH_ORDERS || '{}'))) ORDERS[name](order);

if (process.send) {
  process.on('message', ({ name, order }) => {
    ORDERS[name](order);
    process.send({ done: name });
  });
  // The channel must not keep a process alive that has nothing else to do.
  process.channel.unref();
}
