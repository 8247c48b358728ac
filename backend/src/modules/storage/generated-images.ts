import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { parseRange } from './byte-range.js';
import { errorCodeOf } from './error-code.js';
import { type ImageMime, mimeOfKey, type ThumbnailSize, variantKey } from './image-keys.js';
import { type ByteRange, ObjectStore } from './object-store.js';
import { SignedLinks } from './signed-links.js';
import { ThumbnailFiles } from './thumbnail-files.js';

const MAX_LISTENERS = 20;

interface CommonFacts {
  readonly fileName: string;
  readonly mime: ImageMime;
  readonly expiresInS: number;
}

interface Representation extends CommonFacts {
  readonly bytes: number;
  readonly entityTag: string;
  /** Everything, or the part that was asked for. */
  send(range: ByteRange | undefined): Promise<void>;
}

/** Answers requests for images: nothing is said about an image, not even that it is unchanged, before the link is checked. */
@Injectable()
export class GeneratedImages {
  readonly #logger = new Logger(GeneratedImages.name);

  constructor(
    @Inject(SignedLinks) private readonly links: SignedLinks,
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(ThumbnailFiles) private readonly thumbnails: ThumbnailFiles,
  ) {}

  /** @throws DomainError `storage.link_invalid`, `storage.link_expired`, `storage.object_not_found`, `storage.unavailable` */
  async send(key: string, query: unknown, request: Request, response: Response): Promise<void> {
    const { variant, expiresInS } = this.links.verify(key, query);
    const objectKey = variantKey(key, variant);
    const common = {
      fileName: objectKey.slice(objectKey.lastIndexOf('/') + 1),
      mime: mimeOfKey(objectKey),
      expiresInS,
    };
    // A client may go away at any stage: a distant store need not go on then. The socket tells it, and is left as it was,
    // because the next request may come by it.
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    const { socket } = request;
    socket.once('close', leave);
    try {
      if (variant === 'original') await this.#sendOriginal(key, common, request, response, leaving.signal);
      else await this.#sendThumbnail(key, variant, common, request, response);
    } catch (error) {
      // Nobody is there any more to be told.
      if (!leaving.signal.aborted) throw error;
    } finally {
      socket.off('close', leave);
    }
  }

  async #sendOriginal(
    key: string,
    common: CommonFacts,
    request: Request,
    response: Response,
    leaving: AbortSignal,
  ): Promise<void> {
    // One question to the store instead of two, where its answer is what is sent.
    const whole = isWholeWanted(request) ? await this.store.get(key, undefined, leaving) : undefined;
    const { bytes } = whole ?? (await this.store.stat(key, leaving));
    await answer(request, response, {
      ...common,
      bytes,
      // A key is written once: it names these bytes for ever.
      entityTag: `"${common.fileName}"`,
      send: async (range) => {
        const { stream } = whole ?? (await this.store.get(key, range, leaving));
        await this.#stream(key, stream, response, leaving);
      },
    });
  }

  async #sendThumbnail(
    key: string,
    size: ThumbnailSize,
    common: CommonFacts,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { content, entityTag } = await this.thumbnails.get(key, size);
    await answer(request, response, {
      ...common,
      bytes: content.length,
      entityTag,
      send: async (range) => void response.end(range ? content.subarray(range.start, range.end + 1) : content),
    });
  }

  async #stream(key: string, stream: Readable, response: Response, leaving: AbortSignal): Promise<void> {
    if (response.destroyed) {
      // The leaving may be what tears it down: such an end is an error, and one that nobody hears ends the process.
      stream.on('error', ignoreLeaving).destroy();
      return;
    }
    // A pipeline listens several times, beside those who measure, trace, log and compress: no leak, though Node warns of one.
    response.setMaxListeners(MAX_LISTENERS);
    try {
      await pipeline(stream, response);
    } catch (error) {
      // The connection is closed by now, so nobody can be told. A client that goes away is everyday life.
      if (!leaving.aborted && errorCodeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE')
        this.#logger.error({ err: error, key }, 'An image could not be read to its end');
    }
  }
}

/** What a stream ends with when nobody waits for it any more, which is not worth telling. */
function ignoreLeaving(): void {}

/** Whether the answer can only be the whole image. */
function isWholeWanted({ method, headers }: Request): boolean {
  return method === 'GET' && headers.range === undefined && headers['if-none-match'] === undefined;
}

async function answer(request: Request, response: Response, representation: Representation): Promise<void> {
  const { bytes, entityTag } = representation;
  setHeaders(request, response, representation);
  if (matches(request.headers['if-none-match'], entityTag)) {
    response.status(304).end();
    return;
  }
  const range =
    request.method === 'GET' && isRangeWanted(request, entityTag)
      ? parseRange(request.headers.range, bytes)
      : undefined;
  if (range === 'unsatisfiable') {
    response.status(416).setHeader('Content-Range', `bytes */${bytes}`).removeHeader('Content-Type');
    response.end();
    return;
  }
  if (range) response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${bytes}`);
  response.setHeader('Content-Length', range ? range.end - range.start + 1 : bytes);
  if (request.method === 'HEAD') response.end();
  else await representation.send(range);
}

function setHeaders(request: Request, response: Response, representation: Representation): void {
  const disposition = request.query['download'] === '1' ? 'attachment' : 'inline';
  response.setHeader('Content-Type', representation.mime);
  response.setHeader('Content-Disposition', `${disposition}; filename="${representation.fileName}"`);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', "sandbox; default-src 'none'");
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', `private, max-age=${representation.expiresInS}, immutable`);
  response.setHeader('ETag', representation.entityTag);
  response.setHeader('Accept-Ranges', 'bytes');
}

/** If-None-Match (RFC 9110, 13.1.2): a list of entity tags, compared weakly, or `*`. */
function matches(header: string | undefined, entityTag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === entityTag);
}

/** If-Range (RFC 9110, 13.1.5): the range is only worth something as a part of the same bytes. */
function isRangeWanted(request: Request, entityTag: string): boolean {
  const ifRange = request.headers['if-range'];
  return ifRange === undefined || ifRange === entityTag;
}
