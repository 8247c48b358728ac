import { Inject, Injectable } from '@nestjs/common';
import sharp from 'sharp';
import { endOfImage, isMovingPng, sniffImage } from './image-end.js';
import { type ImageExtension, type ImageMime, MIME_BY_EXTENSION } from './image-keys.js';
import { IMAGE_MAX_BYTES, IMAGE_MAX_PIXELS } from './image-limits.js';
import { ImageWork } from './image-work.js';
import { provePlainPng } from './plain-png.js';

const DECODE_TIMEOUT_S = 30;

/** The JPEG decoder only warns when data is missing before the end marker; the others call that an error. */
const FAIL_ON: Record<ImageExtension, 'error' | 'warning'> = { png: 'error', jpg: 'warning', webp: 'error' };

export interface InspectedImage {
  readonly extension: ImageExtension;
  readonly mime: ImageMime;
  /** As it is shown, which for a JPEG may mean turned. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

export type UnusableReason =
  | 'empty'
  | 'too_large'
  | 'unsupported_format'
  | 'truncated'
  | 'trailing_bytes'
  | 'too_many_pixels'
  | 'animated'
  | 'undecodable';

/** Bytes that are not one whole still image of a supported format. */
export class UnusableImageError extends Error {
  override readonly name = 'UnusableImageError';

  constructor(
    readonly reason: UnusableReason,
    options?: ErrorOptions,
  ) {
    super(`The bytes are not a usable image: ${reason}`, options);
  }
}

/** Decides whether bytes from outside are an image that may be stored, shown and charged for. */
@Injectable()
export class ImageInspector {
  constructor(@Inject(ImageWork) private readonly work: ImageWork) {}

  /**
   * Tells the format, and that the file is one image and nothing else, without looking at its pixels.
   * @throws UnusableImageError
   */
  formatOf(bytes: Buffer): ImageExtension {
    return checkFrame(bytes);
  }

  /**
   * Makes sure of every pixel, off the event loop.
   * @throws UnusableImageError
   */
  async inspect(bytes: Buffer): Promise<InspectedImage> {
    const extension = checkFrame(bytes);
    const { width, height } = await this.work.run(
      async () => (extension === 'png' ? await provePlainPng(bytes) : undefined) ?? decode(bytes, extension),
    );
    return { extension, mime: MIME_BY_EXTENSION[extension], width, height, bytes: bytes.length };
  }
}

/** What can be told without decoding: the format, and that the file is one image and nothing else. */
function checkFrame(bytes: Buffer): ImageExtension {
  if (bytes.length === 0) throw new UnusableImageError('empty');
  if (bytes.length > IMAGE_MAX_BYTES) throw new UnusableImageError('too_large');
  const format = sniffImage(bytes);
  if (format === undefined) throw new UnusableImageError('unsupported_format');
  const end = endOfImage(bytes, format);
  if (end === undefined) throw new UnusableImageError('truncated');
  if (end < bytes.length) throw new UnusableImageError('trailing_bytes');
  if (format === 'png' && isMovingPng(bytes)) throw new UnusableImageError('animated');
  return format;
}

async function decode(bytes: Buffer, format: ImageExtension): Promise<{ width: number; height: number }> {
  try {
    const image = sharp(bytes, { failOn: FAIL_ON[format], limitInputPixels: IMAGE_MAX_PIXELS, pages: 1 });
    const { autoOrient, pages = 1, width: storedWidth, height: storedHeight } = await image.metadata();
    const { width, height } = autoOrient;
    if (width * height > IMAGE_MAX_PIXELS) throw new UnusableImageError('too_many_pixels');
    if (pages > 1) throw new UnusableImageError('animated');
    // The last row comes after all others; those are decoded on the way to it and need not be kept.
    const lastRow = { left: 0, top: storedHeight - 1, width: storedWidth, height: 1 };
    await image.timeout({ seconds: DECODE_TIMEOUT_S }).extract(lastRow).raw().toBuffer();
    return { width, height };
  } catch (error) {
    if (error instanceof UnusableImageError) throw error;
    throw new UnusableImageError(/pixel limit/i.test(String(error)) ? 'too_many_pixels' : 'undecodable', {
      cause: error,
    });
  }
}
