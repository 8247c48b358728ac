import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, type StandardSchemaConverter, SwaggerModule } from '@nestjs/swagger';
import { Problem } from '@atelier/contracts';
import * as z from 'zod';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

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
    return (this.#document ??= withProblems(createDocument(this.#application)));
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

/** Every operation may fail, and always in the same shape. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const schemas = ((document.components ??= {}).schemas ??= {});
  const { $schema: _, ...problem } = z.toJSONSchema(Problem, { io: 'output' });
  Object.assign(schemas, { Problem: problem });
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (!operation) continue;
      operation.responses['default'] = {
        description: 'The request was refused or failed.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
    }
  }
  return document;
}
