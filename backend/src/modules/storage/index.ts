export { type InspectedImage, ImageInspector, UnusableImageError, type UnusableReason } from './image-inspector.js';
export { type ImageExtension, type ImageMime, imageKeysOf, isObjectKey, newImageKey } from './image-keys.js';
export {
  type ByteRange,
  isObjectDamaged,
  type ListedObject,
  type ObjectBody,
  ObjectExistsError,
  type ObjectStat,
  ObjectStore,
  type StoredObject,
} from './object-store.js';
export { openObjectStore } from './object-store-registry.js';
export { type ImageLinks, SignedLinks } from './signed-links.js';
export { storageFull } from './storage.errors.js';
export { StorageModule } from './storage.module.js';
export { Thumbnailer } from './thumbnailer.js';
