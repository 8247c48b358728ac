export { enhancerOf } from './enhancer-of.js';
export { GalleryModule } from './gallery.module.js';
export { GalleryService, type NewImage, type RecordedImage } from './gallery.service.js';
export { ImageThumbnails } from './image-thumbnails.js';
export { MissingObjects } from './missing-objects.js';
