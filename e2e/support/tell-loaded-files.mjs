import { registerHooks } from 'node:module';

/* Loaded before the built product by `node --import`: when the process ends it prints which files it was made of. */

const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => process.stdout.write(`\nloaded files: ${JSON.stringify(loaded)}\n`));
