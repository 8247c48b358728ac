import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public, Refuses } from '../../platform/http/index.js';
import { GeneratedImages } from './generated-images.js';

interface ImagePath {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly file: string;
}

const header = (description: string) => ({ description, required: true, schema: { type: 'string' } }) as const;
const BYTES = { type: 'string', format: 'binary' } as const;
const FILE_HEADERS = {
  ETag: header('Names the content, for `If-None-Match`.'),
  'Accept-Ranges': header('`bytes`: parts can be asked for.'),
  'Content-Disposition': header('Under which name to save the file.'),
};

@ApiTags('Gallery')
@Controller('static/generated')
export class GeneratedImagesController {
  constructor(@Inject(GeneratedImages) private readonly images: GeneratedImages) {}

  /** Open to everyone who has a link: the signature is the permission. */
  @Public()
  @Get(':year/:month/:day/:file')
  @ApiOperation({ operationId: 'getGeneratedImage', summary: 'Download an image or its thumbnail by a signed link' })
  @Refuses('storage.link_invalid', 'storage.link_expired', 'storage.object_not_found', 'storage.unavailable')
  @ApiParam({ name: 'year', description: 'Year in which it was made, UTC.', schema: { type: 'string' } })
  @ApiParam({ name: 'month', description: 'Month, in two digits.', schema: { type: 'string' } })
  @ApiParam({ name: 'day', description: 'Day, in two digits.', schema: { type: 'string' } })
  @ApiParam({
    name: 'file',
    description: 'Name of the file.',
    schema: { type: 'string' },
  })
  @ApiQuery({
    name: 'expires',
    description: 'Until when the link works: seconds since 1970.',
    schema: { type: 'string' },
  })
  @ApiQuery({ name: 'signature', description: 'Makes the link valid.', schema: { type: 'string' } })
  @ApiQuery({
    name: 'size',
    required: false,
    enum: ['256', '512'],
    description: 'A thumbnail: length of its short edge',
  })
  @ApiQuery({ name: 'download', required: false, enum: ['1'], description: 'Ask the browser to save the file' })
  @ApiProduces('image/png', 'image/jpeg', 'image/webp')
  @ApiHeader({ name: 'Range', required: false, schema: { type: 'string' } })
  @ApiHeader({ name: 'If-None-Match', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The image.', schema: BYTES, headers: FILE_HEADERS })
  @ApiResponse({
    status: 206,
    description: 'The bytes that `Range` names.',
    schema: BYTES,
    headers: { ...FILE_HEADERS, 'Content-Range': header('Which bytes these are, and of how many.') },
  })
  @ApiResponse({ status: 304, description: 'Unchanged since `If-None-Match`.', headers: FILE_HEADERS })
  @ApiResponse({
    status: 416,
    description: 'There are no such bytes.',
    headers: { ...FILE_HEADERS, 'Content-Range': header('How many bytes there are.') },
  })
  async send(
    @Param() { year, month, day, file }: ImagePath,
    @Query() query: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.images.send(`static/generated/${year}/${month}/${day}/${file}`, query, request, response);
  }
}
