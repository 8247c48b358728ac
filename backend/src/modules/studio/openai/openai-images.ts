import { once } from 'node:events';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { GenerateRequest, type Generation, type OpenAIImageRequest, OpenAIImages } from '@atelier/contracts';
import type { Response } from 'express';
import { Configuration } from '../../../platform/config/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import type { Actor } from '../../auth/index.js';
import { GalleryService } from '../../gallery/index.js';
import { ObjectStore } from '../../storage/index.js';
import { GenerationResponder } from '../generation-responder.js';
import { StudioService } from '../studio.service.js';
import { inBase64 } from './base64-stream.js';
import { imageWish } from './image-wish.js';
import { OfferedModels } from './offered-models.js';

/** As long as OpenAI's clients wait for an answer unless they are told otherwise. */
export const OPENAI_WAIT_MS = 10 * 60 * 1_000;

/** Answers requests in the words of OpenAI's API with generations of ours, under all the rules of ours. */
@Injectable()
export class OpenAIImagesService {
  readonly #logger = new Logger(OpenAIImagesService.name);

  constructor(
    @Inject(OfferedModels) private readonly models: OfferedModels,
    @Inject(StudioService) private readonly studio: StudioService,
    @Inject(GenerationResponder) private readonly responder: GenerationResponder,
    @Inject(GalleryService) private readonly gallery: GalleryService,
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  /** Writes the answer itself: images as base64 pass through in pieces, and are never held whole. */
  async generate(
    user: Actor,
    request: OpenAIImageRequest,
    idempotencyKey: string | undefined,
    response: Response,
  ): Promise<void> {
    const { tier, aspectRatio, provider } = imageWish(request, await this.models.current());
    const endUser = request.safety_identifier ?? request.user;
    const wish = GenerateRequest.parse({
      prompt: request.prompt,
      tier,
      aspect_ratio: aspectRatio,
      count: request.n ?? 1,
      ...(provider === undefined ? {} : { provider }),
      ...(endUser ? { metadata: { user: endUser } } : {}),
    });
    const accepted = await this.studio.generateWatched(user, wish, idempotencyKey);
    const generation = await this.#inTime(user, await this.responder.finish(user, accepted, OPENAI_WAIT_MS, response));
    if (request.response_format === 'url') this.#sendLinks(generation, response);
    else await this.#sendImages(generation, response);
  }

  /** Nobody comes back for what is not finished: it is canceled, and what has been delivered by then is the answer. */
  async #inTime(user: Actor, generation: Generation): Promise<Generation> {
    if (generation.completed_at !== null) return generation;
    const ended = await this.studio.cancel(user, generation.id);
    if (ended.images.length > 0) return ended;
    throw new DomainError(
      'studio.not_in_time',
      'upstream_timeout',
      'The images were not finished in time. Nothing was charged.',
      { retryable: true, generationId: generation.id },
    );
  }

  #sendLinks(generation: Generation, response: Response): void {
    const { data: _, ...facts } = factsOf(generation);
    const data = generation.images.map(({ image_url: path }) => ({
      url: new URL(path, this.configuration.publicUrl).href,
    }));
    response.status(200).json({ ...facts, data } satisfies OpenAIImages);
  }

  async #sendImages(generation: Generation, response: Response): Promise<void> {
    const [firstKey, ...otherKeys] = await this.#storageKeysOf(generation);
    // Opened before the answer begins, so that a store that is away is told as such. The others are opened in their turn:
    // nobody would hear what becomes of a stream that waits.
    const first = await this.store.get(firstKey);
    const { data: _, ...facts } = factsOf(generation);
    // Base64 of what is packed already: to pack it again costs much and saves a quarter at best.
    response.status(200).setHeader('Cache-Control', 'no-store, no-transform').type('application/json');
    try {
      response.write(`${JSON.stringify(facts).slice(0, -1)},"data":[{"b64_json":"`);
      await writeInBase64(first.stream, response);
      for (const key of otherKeys) {
        if (response.destroyed) return;
        const { stream } = await this.store.get(key);
        response.write('"},{"b64_json":"');
        await writeInBase64(stream, response);
      }
      response.end('"}]}');
    } catch (error) {
      // Half an answer must not look like a whole one. The images are in the gallery.
      this.#logger.error({ err: error, generationId: generation.id }, 'An image could not be read to its end');
      response.destroy();
    }
  }

  async #storageKeysOf({ images }: Generation): Promise<[string, ...string[]]> {
    const keys = await this.gallery.storageKeysOf(images.map(({ id }) => id));
    const [first, ...others] = images.map(({ id }) => {
      const key = keys.get(id);
      if (key === undefined) throw new Error(`No stored object is known of the image ${id}`);
      return key;
    });
    if (first === undefined) throw new Error('A generation that delivered nothing is no answer');
    return [first, ...others];
  }
}

/** Writes a stream to its end, or as far as somebody takes it, and closes it in either case. */
async function writeInBase64(stream: AsyncIterable<Buffer>, response: Response): Promise<void> {
  for await (const piece of inBase64(stream)) {
    if (response.destroyed) return;
    // A letter is a byte: nobody need look for others.
    if (!response.write(piece, 'latin1')) await roomIn(response);
  }
}

/** Resolves when the response takes more, or nobody is there who would; it leaves no listener behind. */
async function roomIn(response: Response): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } finally {
    over.abort();
  }
}

/** All of an answer but the images. */
function factsOf({ created_at: createdAt, credits, images }: Generation): OpenAIImages {
  const [first] = images;
  if (!first) throw new Error('A generation that delivered nothing is no answer');
  return {
    created: Math.floor(Date.parse(createdAt) / 1_000),
    size: `${first.width}x${first.height}`,
    output_format: OpenAIImages.shape.output_format.parse(first.mime.slice('image/'.length)),
    usage: {
      credits: credits.charged,
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      input_tokens_details: { text_tokens: 0, image_tokens: 0 },
    },
    data: [],
  };
}
