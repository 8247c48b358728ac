export { type InspectedImage, ImageInspector, UnusableImageError, type UnusableReason } from './image-inspector.js';
export { type ImageExtension, type ImageMime, isObjectKey, newImageKey } from './image-keys.js';
export {
  type ByteRange,
  type ObjectBody,
  ObjectExistsError,
  type ObjectStat,
  ObjectStore,
  type StoredObject,
} from './object-store.js';
export { type ImageLinks, SignedLinks } from './signed-links.js';
export { StorageModule } from './storage.module.js';
export { Thumbnailer } from './thumbnailer.js';
