import { randomBytes } from 'node:crypto';

/** The formats that are stored, and the media type that each is served with. */
export const MIME_BY_EXTENSION = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
} as const;
export type ImageExtension = keyof typeof MIME_BY_EXTENSION;
export type ImageMime = (typeof MIME_BY_EXTENSION)[ImageExtension];

/** Thumbnail sizes: length of the short edge in pixels. */
export const THUMBNAIL_SIZES = [256, 512] as const;
export type ThumbnailSize = (typeof THUMBNAIL_SIZES)[number];

/** What can be asked of a stored image. */
export type ImageVariant = 'original' | ThumbnailSize;

/** Where all keys begin; a bucket or a data folder may hold other things beside. */
export const TOP_FOLDER = 'static/generated/';

const FOLDER = String.raw`static/generated/\d{4}/(?:0[1-9]|1[0-2])/(?:0[1-9]|[12]\d|3[01])`;
const NAME = String.raw`user-[1-9]\d{0,9}-[0-9a-f]{12}`;
const IMAGE_KEY = new RegExp(`^${FOLDER}/${NAME}\\.(png|jpg|webp)$`);
const THUMBNAIL_KEY = new RegExp(`^(${FOLDER}/${NAME})-(?:256|512)\\.webp$`);
const OBJECT_KEY = new RegExp(`^${FOLDER}/${NAME}(?:-256\\.webp|-512\\.webp|\\.png|\\.jpg|\\.webp)$`);

/** `static/generated/YYYY/MM/DD/user-{id}-{12 hex}.png`: the digits are random, so that no two attempts share a file. */
export function newImageKey(userId: number, nowMs: number, extension: ImageExtension): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `static/generated/${day}/user-${userId}-${randomBytes(6).toString('hex')}.${extension}`;
}

/** Whether the key names an image as a provider delivered it. */
export function isImageKey(key: string): boolean {
  return IMAGE_KEY.test(key);
}

/** Whether the key names anything that may be in the store: an image or a thumbnail. */
export function isObjectKey(key: string): boolean {
  return OBJECT_KEY.test(key);
}

/** The key beside the image's: `….png` → `…-256.webp`. */
export function thumbnailKey(imageKey: string, size: ThumbnailSize): string {
  return imageKey.replace(/\.[a-z]+$/, `-${size}.webp`);
}

/** The images that an object may belong to: an image to itself, a thumbnail to one whose format its key does not tell. */
export function imageKeysOf(key: string): string[] {
  const thumbnail = THUMBNAIL_KEY.exec(key)?.[1];
  if (thumbnail === undefined) return [key];
  return Object.keys(MIME_BY_EXTENSION).map((extension) => `${thumbnail}.${extension}`);
}

/** The key under which a variant of the image is stored. */
export function variantKey(imageKey: string, variant: ImageVariant): string {
  return variant === 'original' ? imageKey : thumbnailKey(imageKey, variant);
}

/** The media type that an object is served with: ours, never one that a provider or client named. */
export function mimeOfKey(key: string): ImageMime {
  const extension = key.slice(key.lastIndexOf('.') + 1);
  if (extension === 'png' || extension === 'jpg' || extension === 'webp') return MIME_BY_EXTENSION[extension];
  throw new RangeError('The key has no known extension');
}
