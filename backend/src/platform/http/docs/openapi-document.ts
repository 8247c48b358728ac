import { type INestApplication, Injectable } from '@nestjs/common';
import { OpenAIError, Problem } from '@atelier/contracts';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ContractSchemas } from './contract-schemas.js';
import { type Document, operationsOf } from './document-types.js';
import type { Manual } from './manual.js';
import { completeOperation } from './operation-details.js';
import { HEADERS, Refusals } from './refusals.js';
import { webhookOperations } from './webhook-operations.js';

/** The API's description, made from the routes and their schemas when somebody first asks for it. */
@Injectable()
export class OpenApiDocument {
  #make: (() => Document) | undefined;
  #document: Document | undefined;

  describe(application: INestApplication, manual: Manual): void {
    this.#make = () => describeApi(application, manual);
  }

  get(): Document {
    if (!this.#make) throw new TypeError('The document was asked for before the application was made');
    return (this.#document ??= this.#make());
  }
}

/** Describes an application that may be a mere preview, of which nothing runs. */
export function describeApi(application: INestApplication, manual: Manual): Document {
  const schemas = new ContractSchemas(manual.words);
  const refusals = new Refusals(manual.problems);
  const { paths } = SwaggerModule.createDocument(application, new DocumentBuilder().build(), {
    standardSchemaConverter: schemas.convert,
  });
  const document = { paths: inOrderOf(manual, paths as Document['paths']) };
  for (const place of operationsOf(document)) completeOperation(place, { manual, schemas, refusals });
  schemas.referTo(Problem);
  schemas.referTo(OpenAIError);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Atelier',
      version: '1',
      summary: 'Make images with AI and pay for them in credits.',
      description: manual.introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The installation that this document comes from' }],
    security: [{ session: [] }],
    tags: manual.chapters.map(({ name, description }) => ({ name, description })),
    ...document,
    webhooks: webhookOperations(manual, schemas),
    components: {
      schemas: schemas.components(),
      responses: sorted(refusals.responses),
      examples: sorted(refusals.examples),
      headers: { ...HEADERS },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const SECURITY_SCHEMES = {
  session: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The `access_token` of whoever has signed in. It lasts some minutes; `refreshSession` brings the next. Where an ' +
      'operation names a role, only users with that role may call it.',
  },
  'api-key': {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'atl_…',
    description:
      'An API key with the scope that the operation names. It never may more than its account does, and is never ' +
      'accepted in an address.',
  },
  'stream-ticket': {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'Opens an event stream where no header can be sent, as in a browser’s EventSource.',
  },
  'download-ticket': {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'Lets a browser download a file by itself, once.',
  },
};

/** Paths as the manual goes through their operations; within a path it is the methods that have an order. */
function inOrderOf({ operations }: Manual, paths: Document['paths']): Document['paths'] {
  const ids = Object.keys(operations);
  const placeOf = (path: string): number => {
    const places = operationsOf({ paths: { [path]: paths[path] ?? {} } }).map((one) =>
      ids.indexOf(one.operation.operationId),
    );
    return Math.min(...places.map((place) => (place === -1 ? ids.length : place)));
  };
  const byPlace = Object.entries(sorted(paths)).map(([path, item]) => [placeOf(path), path, item] as const);
  return Object.fromEntries(byPlace.sort(([a], [b]) => a - b).map(([, path, item]) => [path, item]));
}

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
