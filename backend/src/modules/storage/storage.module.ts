import { Module } from '@nestjs/common';
import sharp from 'sharp';
import { Configuration } from '../../platform/config/index.js';
import { StorageProbe } from '../../platform/health/storage-probe.js';
import { GeneratedImagesController } from './generated-images.controller.js';
import { GeneratedImages } from './generated-images.js';
import { ImageInspector } from './image-inspector.js';
import { ImageWork } from './image-work.js';
import { openObjectStore } from './object-store-registry.js';
import { ObjectStore } from './object-store.js';
import { SignedLinks } from './signed-links.js';
import { StoreProbe } from './store-probe.js';
import { ThumbnailFiles } from './thumbnail-files.js';
import { Thumbnailer } from './thumbnailer.js';

// One thread per image: several images are worked on at a time anyway, and on a small machine more threads than cores
// would keep the event loop waiting for its turn.
sharp.concurrency(1);

/** Where images live, how they are checked before, made small after, and handed out by signed links. */
@Module({
  controllers: [GeneratedImagesController],
  providers: [
    { provide: ObjectStore, inject: [Configuration], useFactory: openObjectStore },
    { provide: StorageProbe, useClass: StoreProbe },
    ImageWork,
    ImageInspector,
    Thumbnailer,
    ThumbnailFiles,
    SignedLinks,
    GeneratedImages,
  ],
  exports: [ObjectStore, StorageProbe, ImageInspector, Thumbnailer, SignedLinks],
})
export class StorageModule {}
