import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What is worth compressing; fonts and pictures are compressed already. */
const TEXT = /\.(js|css|svg|json|txt)$/;
/** Below this, a packet more or less is all that could be saved. */
const MIN_BYTES = 1_024;

/*
 * Puts `.br` and `.gz` beside the text files of a folder, as small as can be: that takes too long to do per request.
 * Usage: node tools/compress.mjs FOLDER
 */
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Name the folder to compress.');
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!TEXT.test(name)) continue;
  const file = join(folder, name);
  const content = readFileSync(file);
  if (content.length < MIN_BYTES) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
}
