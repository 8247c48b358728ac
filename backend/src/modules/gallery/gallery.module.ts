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

/** The images that people have made: recorded by the studio, listed and shown here. */
@Module({
  imports: [AuthModule, StorageModule, TypeOrmModule.forFeature([GeneratedImage, ImageCount])],
  controllers: [GalleryController],
  providers: [GalleryService, ImageListing, ImageThumbnails],
  exports: [GalleryService, ImageThumbnails],
})
export class GalleryModule {}
