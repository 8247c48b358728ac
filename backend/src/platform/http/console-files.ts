import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';
import { styleNonce } from './security-headers.js';

/** Where the built console lies, seen from the built backend. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../../../admin-console/dist/', import.meta.url));

/** What the API, the images and the operators' routes own; everything else belongs to the console. */
const SERVER_PATHS = /^\/(api|static|v1|health|metrics)(\/|$)/;

const NONCE_PLACEHOLDER = /__CSP_NONCE__/g;
const HASHED_FILE = /-[A-Z0-9]{8}\.(js|css|woff2|png|svg|webp|avif)$/;

/** Serves the console: its files as they are, and its page for every address that is a page. */
export function consoleFiles(folder = CONSOLE_FOLDER): RequestHandler[] {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return [];
  const html = readFileSync(page, 'utf8');
  const files = express.static(folder, {
    index: false,
    redirect: false,
    setHeaders: (response, path) => {
      const isImmutable = HASHED_FILE.test(path);
      response.setHeader('Cache-Control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return [
    (request, response, next) => {
      if (SERVER_PATHS.test(request.path) || request.path === '/index.html') next();
      else files(request, response, next);
    },
    (request, response, next) => {
      const isPage = ['GET', 'HEAD'].includes(request.method) && !SERVER_PATHS.test(request.path);
      if (!isPage || !request.accepts('html')) {
        next();
        return;
      }
      response
        .setHeader('Cache-Control', 'no-store')
        .type('html')
        .send(html.replace(NONCE_PLACEHOLDER, styleNonce(response)));
    },
  ];
}
