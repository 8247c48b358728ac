import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import sharp from 'sharp';
import { anonymous } from './api-client.js';
import type { Server } from './server.js';

export interface Picture {
  headers: Headers;
  bytes: number;
  sha256: string;
  format: string;
  width: number;
  height: number;
}

/** Follows a link as the API gave it, without a session, and decodes what comes to its last pixel. */
export async function download(server: Pick<Server, 'origin'>, link: string): Promise<Picture> {
  const response = await anonymous(server).raw(link);
  expect(response.status).toBe(200);
  const content = Buffer.from(await response.arrayBuffer());
  const { format, width, height } = await sharp(content).metadata();
  // Broken data are found by decoding only; the numbers above come from the header.
  await sharp(content, { failOn: 'error' }).stats();
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { headers: response.headers, bytes: content.length, sha256, format, width, height };
}
