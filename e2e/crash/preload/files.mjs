import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { boundary } from './boundaries.mjs';

const DRAFT = /\/static\/generated\/.*\.tmp$/;
const THUMBNAIL = /-(?:256|512)\.webp\./;
const FOLDER = /\/static\/generated(?:\/\d+)*$/;

/** Watches how the files of images and thumbnails come to be: `image/sync/before`, `thumbnail/link/after`, `folder/sync/before`. */
export function watchFiles() {
  const { open, link, unlink } = fs;
  const isDraft = (path) => typeof path === 'string' && DRAFT.test(path);
  const around = async (path, step, work) => {
    const kind = isDraft(path) ? (THUMBNAIL.test(path) ? 'thumbnail' : 'image') : 'folder';
    const name = `${kind}/${step}`;
    boundary(`${name}/before`);
    const result = await work();
    boundary(`${name}/after`);
    return result;
  };

  fs.open = async (path, ...options) => {
    const isFolder = typeof path === 'string' && FOLDER.test(path);
    if (!isFolder && !isDraft(path)) return open(path, ...options);
    const file = await (isFolder ? open(path, ...options) : around(path, 'open', () => open(path, ...options)));
    const { write, sync } = file;
    file.write = (content, offset = 0) => around(path, 'write', () => writeInHalves(content, offset));
    file.sync = () => around(path, 'sync', () => sync.call(file));
    return file;

    async function writeInHalves(content, offset) {
      const middle = Math.floor((offset + content.length) / 2);
      await writeAll(content, offset, middle);
      boundary(`${THUMBNAIL.test(path) ? 'thumbnail' : 'image'}/half-written`);
      await writeAll(content, middle, content.length);
      return { bytesWritten: content.length - offset, buffer: content };
    }

    async function writeAll(content, from, to) {
      for (let at = from; at < to; at += (await write.call(file, content, at, to - at)).bytesWritten);
    }
  };
  fs.link = (from, to) => (isDraft(from) ? around(from, 'link', () => link(from, to)) : link(from, to));
  fs.unlink = (path) => (isDraft(path) ? around(path, 'unlink', () => unlink(path)) : unlink(path));
  syncBuiltinESMExports();
}
