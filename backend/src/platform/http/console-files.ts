import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';
import { styleNonce } from './security-headers.js';

/** Where the built console lies, seen from the built backend. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../../../admin-console/dist/', import.meta.url));

/** What the API, the images and the operators' routes own; everything else belongs to the console. */
const SERVER_PATHS = /^\/(api|static|v1|health|metrics)(\/|$)/;

const NONCE_PLACEHOLDER = /__CSP_NONCE__/g;
const HASHED_FILE = /-[\w-]{8}\.(js|css|woff2)(\.br|\.gz)?$/;

/** Endings of the compressed twins that the build has put beside the text files. */
const COMPRESSED = { br: '.br', gzip: '.gz' } as const;

/** Serves the console: its files as they are, and its page for every address that is a page. */
export function consoleFiles(folder = CONSOLE_FOLDER): RequestHandler[] {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return [];
  return [compressedTwin(folder), files(folder), pages(readFileSync(page, 'utf8'))];
}

function files(folder: string): RequestHandler {
  const serve = express.static(folder, {
    index: false,
    redirect: false,
    setHeaders: (response, path) => {
      const isImmutable = HASHED_FILE.test(path);
      response.setHeader('Cache-Control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response, next) => {
    if (SERVER_PATHS.test(request.path) || request.path === '/index.html') next();
    else serve(request, response, next);
  };
}

/** Sends a file's compressed twin in its place where there is one that the client can read. */
function compressedTwin(folder: string): RequestHandler {
  const known = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `/${name}`));
  return (request, response, next) => {
    if (known.has(`${request.path}${COMPRESSED.br}`)) {
      response.vary('Accept-Encoding');
      // One at a time: browsers name both without a preference, and we have one.
      const encoding = request.acceptsEncodings('br') || request.acceptsEncodings('gzip');
      if (encoding === 'br' || encoding === 'gzip') {
        response.setHeader('Content-Encoding', encoding);
        response.type(extname(request.path));
        request.url = request.path + COMPRESSED[encoding];
      }
    }
    next();
  };
}

function pages(html: string): RequestHandler {
  return (request, response, next) => {
    const isPage = ['GET', 'HEAD'].includes(request.method) && !SERVER_PATHS.test(request.path);
    if (!isPage || !request.accepts('html')) {
      next();
      return;
    }
    response
      .setHeader('Cache-Control', 'no-store')
      .type('html')
      .send(html.replace(NONCE_PLACEHOLDER, styleNonce(response)));
  };
}
