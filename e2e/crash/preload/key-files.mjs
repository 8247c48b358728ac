import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { boundary } from './boundaries.mjs';

const KEY_FILE = /\/secret\.key/;
const OLD_KEY_FILE = /\/secret\.key\.old-/;

/** Watches how the files of the master key come to be: `key/write/before`, `key/replace/after` and so on. */
export function watchKeyFiles() {
  const around = (name, call) =>
    function watchedCall(...values) {
      if (!KEY_FILE.test(String(values[0]))) return call.apply(this, values);
      const step = name === 'link' && OLD_KEY_FILE.test(String(values[1])) ? 'keep' : name;
      boundary(`key/${step}/before`);
      const result = call.apply(this, values);
      boundary(`key/${step}/after`);
      return result;
    };
  fs.writeFileSync = around('write', fs.writeFileSync);
  fs.linkSync = around('link', fs.linkSync);
  fs.unlinkSync = around('unlink', fs.unlinkSync);
  fs.renameSync = around('replace', fs.renameSync);
  syncBuiltinESMExports();
}
