import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { GalleryQuery, Image, ImagePage, MyCreations, MyCreationsQuery, Uuid } from '@atelier/contracts';
import { Answers, Refuses } from '../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../auth/index.js';
import { GalleryService } from './gallery.service.js';

@ApiTags('Gallery')
@RequireScope('images:read')
@Controller('api/v1')
export class GalleryController {
  constructor(@Inject(GalleryService) private readonly gallery: GalleryService) {}

  @Get('studio/my-creations')
  @ApiOperation({ operationId: 'listMyCreations', summary: 'List your own images, newest first, with their total' })
  @Refuses('gallery.cursor_invalid')
  @Answers(200, MyCreations, 'Your images')
  async myCreations(
    @CurrentUser() user: Actor,
    @Query({ schema: MyCreationsQuery }) query: MyCreationsQuery,
  ): Promise<MyCreations> {
    return this.gallery.myCreations(user, query);
  }

  @Get('gallery/images')
  @ApiOperation({ operationId: 'listImages', summary: 'List your own images, newest first, page by page' })
  @Refuses('gallery.cursor_invalid')
  @Answers(200, ImagePage, 'One page of your images')
  async list(@CurrentUser() user: Actor, @Query({ schema: GalleryQuery }) query: GalleryQuery): Promise<ImagePage> {
    return this.gallery.list(user, query);
  }

  @Get('gallery/images/:id')
  @ApiOperation({ operationId: 'getImage', summary: 'Read one of your images' })
  @Refuses('gallery.image_not_found')
  @Answers(200, Image, 'The image, with fresh links')
  async get(@CurrentUser() user: Actor, @Param('id', { schema: Uuid }) id: string): Promise<Image> {
    return this.gallery.get(user, id);
  }
}
