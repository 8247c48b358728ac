import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../../platform/http/index.js';
import { GeneratedImages } from './generated-images.js';

interface ImagePath {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly file: string;
}

@ApiTags('images')
@Controller('static/generated')
export class GeneratedImagesController {
  constructor(@Inject(GeneratedImages) private readonly images: GeneratedImages) {}

  /** Open to everyone who has a link: the signature is the permission. */
  @Public()
  @Get(':year/:month/:day/:file')
  @ApiOperation({ operationId: 'getGeneratedImage', summary: 'Download an image or its thumbnail by a signed link' })
  @ApiParam({ name: 'file', example: 'user-1-0123456789ab.png' })
  @ApiQuery({ name: 'expires', description: 'Seconds since the epoch' })
  @ApiQuery({ name: 'signature' })
  @ApiQuery({
    name: 'size',
    required: false,
    enum: ['256', '512'],
    description: 'A thumbnail: length of its short edge',
  })
  @ApiQuery({ name: 'download', required: false, enum: ['1'], description: 'Ask the browser to save the file' })
  @ApiProduces('image/png', 'image/jpeg', 'image/webp')
  @ApiResponse({ status: 200, description: 'The image', schema: { type: 'string', format: 'binary' } })
  async send(
    @Param() { year, month, day, file }: ImagePath,
    @Query() query: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.images.send(`static/generated/${year}/${month}/${day}/${file}`, query, request, response);
  }
}
