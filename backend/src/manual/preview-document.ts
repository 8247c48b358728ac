import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { loadConfiguration } from '../platform/config/index.js';
import type { Document } from '../platform/http/docs/document-types.js';
import { describeApi } from '../platform/http/docs/openapi-document.js';
import { MANUAL } from './index.js';

/** The API's document as the code says it, without a server, a database or anything else that runs. */
export async function previewDocument(): Promise<Document> {
  const configuration = loadConfiguration({ SECRET_KEY: 'only to describe the API, nothing is sealed with it' });
  const preview = await NestFactory.create(AppModule.with(configuration), { preview: true, logger: false });
  return describeApi(preview, MANUAL);
}

/** As it is committed: a line of its own for whatever may change on its own. */
export const asText = (document: Document): string => `${JSON.stringify(document, null, 2)}\n`;
