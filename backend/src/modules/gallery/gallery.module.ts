import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { StorageModule } from '../storage/index.js';
import { GalleryController } from './gallery.controller.js';
import { GalleryService } from './gallery.service.js';
import { ImageCount } from './image-count.entity.js';
import { ImageListing } from './image-listing.js';
import { ImageThumbnails } from './image-thumbnails.js';
import { GeneratedImage } from './image.entity.js';
import { MissingObject } from './missing-object.entity.js';
import { MissingObjectsController } from './missing-objects.controller.js';
import { MissingObjects } from './missing-objects.js';
import { ObjectProbe } from './object-probe.entity.js';

/** The images that people have made: recorded by the studio, listed and shown here. */
@Module({
  imports: [
    AuthModule,
    StorageModule,
    TypeOrmModule.forFeature([GeneratedImage, ImageCount, MissingObject, ObjectProbe]),
  ],
  controllers: [GalleryController, MissingObjectsController],
  providers: [GalleryService, ImageListing, ImageThumbnails, MissingObjects],
  exports: [GalleryService, ImageThumbnails, MissingObjects],
})
export class GalleryModule {}
