import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, type StandardSchemaConverter, SwaggerModule } from '@nestjs/swagger';
import { OpenAIError, Problem } from '@atelier/contracts';
import * as z from 'zod';
import { isOpenAIRoute } from '../openai-errors.js';
import { PUBLIC_EXTENSION } from '../public.decorator.js';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

const REFUSAL_HEADERS = {
  'Retry-After': { description: 'Seconds after which to try again: with 429 and 503.', schema: { type: 'integer' } },
  'RateLimit-Policy': {
    description: 'How many requests (`q`) are answered in how many seconds (`w`), for each limit. In every answer.',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'How many of them are left (`r`) for how many seconds (`t`). In every answer.',
    schema: { type: 'string' },
  },
} as const;

/** The API's description, made from the routes and their schemas when somebody first asks for it. */
@Injectable()
export class OpenApiDocument {
  #application: INestApplication | undefined;
  #document: OpenAPIObject | undefined;

  describe(application: INestApplication): void {
    this.#application = application;
  }

  get(): OpenAPIObject {
    if (!this.#application) throw new TypeError('The document was asked for before the application was made');
    return (this.#document ??= completed(createDocument(this.#application)));
  }
}

function createDocument(application: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Atelier')
    .setDescription(
      'Make images with AI and pay for them in credits. Credits are only taken for an image that was made and stored.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'session')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'atl_…', description: 'An API key with the scope of the route' },
      'api-key',
    )
    .addApiKey(
      { type: 'apiKey', in: 'query', name: 'ticket', description: 'Opens an event stream where no header can be sent' },
      'stream-ticket',
    )
    .addSecurityRequirements('session')
    .build();
  return SwaggerModule.createDocument(application, description, { standardSchemaConverter: toJsonSchema });
}

/** OpenAPI 3.1 speaks JSON Schema 2020-12; the framework's own conversion writes the dialect of 3.0. */
const toJsonSchema: StandardSchemaConverter = (schema, { schemaType }) => {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { $schema: _, ...converted } = z.toJSONSchema(schema, { io: schemaType });
  return { schema: converted };
};

/** What is true of operations in general: every one may fail, always in the same shape, and some need no session. */
function completed(document: OpenAPIObject): OpenAPIObject {
  const schemas = ((document.components ??= {}).schemas ??= {});
  const { $schema: _, ...problem } = z.toJSONSchema(Problem, { io: 'output' });
  Object.assign(schemas, { Problem: problem });
  const { $schema: __, ...openAIError } = z.toJSONSchema(OpenAIError, { io: 'output' });
  Object.assign(schemas, { OpenAIError: openAIError });
  for (const [path, operation] of operationsOf(document)) {
    const [type, schema] = isOpenAIRoute(path)
      ? ['application/json', 'OpenAIError']
      : ['application/problem+json', 'Problem'];
    operation.responses['default'] = {
      description: 'The request was refused or failed.',
      headers: REFUSAL_HEADERS,
      content: { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } },
    };
    if (PUBLIC_EXTENSION in operation) {
      Reflect.deleteProperty(operation, PUBLIC_EXTENSION);
      operation.security = [];
    }
  }
  return document;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { [PUBLIC_EXTENSION]?: unknown };

function operationsOf(document: OpenAPIObject): [path: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): [string, Operation][] => (item[method] ? [[path, item[method]]] : [])),
  );
}
