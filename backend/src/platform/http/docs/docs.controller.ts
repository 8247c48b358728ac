import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Inject, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { createReadStream } from 'node:fs';
import { stringify } from 'yaml';
import * as z from 'zod';
import { Public } from '../public.decorator.js';
import type { Document } from './document-types.js';
import { OpenApiDocument } from './openapi-document.js';
import { PAGE, SCRIPT, STYLE } from './reference-page.js';

const ASSETS = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
} as const;
const Asset = z.enum(Object.keys(ASSETS) as [keyof typeof ASSETS]);

/** The API's document and a page to read it, without anything from another origin. */
@ApiExcludeController()
@Public()
@Controller('api')
export class DocsController {
  readonly #assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

  constructor(@Inject(OpenApiDocument) private readonly document: OpenApiDocument) {}

  @Get('openapi.json')
  json(): Document {
    return this.document.get();
  }

  @Get('openapi.yaml')
  @Header('Content-Type', 'application/yaml')
  yaml(): string {
    return stringify(this.document.get(), { aliasDuplicateObjects: false });
  }

  @Get('docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(@Res({ passthrough: true }) response: Response): string {
    // The reference page sets styles and markup in ways that the console's policy forbids.
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    return PAGE;
  }

  @Get('docs/reference.js')
  @Header('Content-Type', 'text/javascript')
  script(): string {
    return SCRIPT;
  }

  @Get('docs/reference.css')
  @Header('Content-Type', 'text/css')
  style(): string {
    return STYLE;
  }

  @Get('docs/assets/:name')
  @Header('Cache-Control', 'public, max-age=86400')
  asset(@Param('name', { schema: Asset }) name: keyof typeof ASSETS): StreamableFile {
    return new StreamableFile(createReadStream(join(this.#assets, name)), { type: ASSETS[name] });
  }
}
