import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { breakingChanges } from './openapi-changes.mjs';
import { promisesOf } from './openapi-promises.mjs';
import { ROOT } from './workspace.mjs';

/** @typedef {import('./openapi-schemas.mjs').Schema} Schema */

/** @returns {Schema} a document of its own, to be changed */
const document = () => ({
  security: [{ session: [] }],
  paths: {
    '/images/{id}': {
      get: {
        operationId: 'getImage',
        security: [{ session: [] }, { 'api-key': ['images:read'] }],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'size', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 512 } },
        ],
        responses: {
          200: {
            headers: { ETag: { required: true, schema: { type: 'string' } } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Image' } } },
          },
          404: { $ref: '#/components/responses/NotFound' },
        },
      },
      put: {
        operationId: 'changeImage',
        requestBody: {
          required: false,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/ImageChange' } } },
        },
        responses: { 204: {} },
      },
    },
    '/health': { get: { operationId: 'getHealth', security: [], responses: { 200: {} } } },
  },
  webhooks: {
    'image.made': {
      post: { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Message' } } } } },
    },
  },
  components: {
    responses: {
      NotFound: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
    schemas: {
      Problem: {
        type: 'object',
        properties: { code: { $ref: '#/components/schemas/ProblemCode' } },
        required: ['code'],
      },
      ProblemCode: { type: 'string', enum: ['not_found'] },
      Message: { type: 'object', properties: { type: { type: 'string' } }, required: ['type'] },
      Image: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          status: { type: 'string', enum: ['new', 'old'] },
          credits: { type: 'object', properties: { charged: { type: 'integer' } }, required: ['charged'] },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Image' } },
          note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
        },
        required: ['id', 'status', 'credits'],
        additionalProperties: false,
      },
      ImageChange: {
        type: 'object',
        properties: {
          name: { type: 'string', maxLength: 100 },
          tier: { type: 'string', enum: ['standard', 'premium'], default: 'standard' },
          end: { type: ['string', 'null'] },
          count: { type: 'integer', minimum: 1 },
          scopes: { type: 'array', minItems: 1, items: { type: 'string', enum: ['read', 'write'] } },
        },
        required: ['name'],
        additionalProperties: false,
      },
    },
  },
});

/** @param {(after: Schema) => void} change */
function changesOf(change) {
  const after = document();
  change(after);
  return breakingChanges(document(), after);
}

/** @param {Schema} one */
const get = (one) => one.paths['/images/{id}'].get;
/** @param {Schema} one */
const put = (one) => one.paths['/images/{id}'].put;
/** @param {Schema} one */
const image = (one) => one.components.schemas.Image;
/** @param {Schema} one */
const request = (one) => one.components.schemas.ImageChange;

const GET = 'GET /images/{id} (getImage):';
const PUT = 'PUT /images/{id} (changeImage):';

/** @type {[sentence: string, change: (after: Schema) => void][]} */
const BREAKING = [
  ['GET /images/{id} (getImage) is gone.', (one) => delete one.paths['/images/{id}'].get],
  [`${GET} its operationId is readImage now.`, (one) => (get(one).operationId = 'readImage')],
  ['GET /health (getHealth): it needs a session or a key now.', (one) => delete one.paths['/health'].get.security],
  [`${GET} api-key images:read is not enough any more.`, (one) => (get(one).security[1]['api-key'] = ['admin'])],
  [`${GET} session is not enough any more.`, (one) => (get(one).security[0].session = ['admin'])],
  [`${GET} the parameter size is gone.`, (one) => get(one).parameters.pop()],
  [`${GET} the parameter size has to be there now.`, (one) => (get(one).parameters[1].required = true)],
  [
    `${GET} the parameter size has another maximum: 256 instead of 512.`,
    (one) => (get(one).parameters[1].schema.maximum = 256),
  ],
  [
    `${GET} the parameter size may no longer be integer.`,
    (one) => (get(one).parameters[1].schema = { type: 'string' }),
  ],
  [
    `${GET} the parameter page has to be there now.`,
    (one) => get(one).parameters.push({ name: 'page', in: 'query', required: true, schema: { type: 'integer' } }),
  ],
  [`${PUT} it needs a body now.`, (one) => (put(one).requestBody.required = true)],
  [`${PUT} it takes no body any more.`, (one) => delete put(one).requestBody],
  [`${PUT} in the body name is refused now.`, (one) => delete request(one).properties.name],
  [`${PUT} in the body count has to be there now.`, (one) => request(one).required.push('count')],
  [
    `${PUT} in the body reason has to be there now.`,
    (one) => {
      request(one).properties.reason = { type: 'string' };
      request(one).required.push('reason');
    },
  ],
  [
    `${PUT} in the body name has another maxLength: 50 instead of 100.`,
    (one) => (request(one).properties.name.maxLength = 50),
  ],
  [
    `${PUT} in the body name has another pattern: ^a instead of none.`,
    (one) => (request(one).properties.name.pattern = '^a'),
  ],
  [`${PUT} in the body tier may no longer be "premium".`, (one) => request(one).properties.tier.enum.pop()],
  [`${PUT} in the body name may now only be one of "a".`, (one) => (request(one).properties.name.enum = ['a'])],
  [
    `${PUT} in the body tier is "premium" instead of "standard" when it is left out.`,
    (one) => (request(one).properties.tier.default = 'premium'),
  ],
  [`${PUT} in the body end may no longer be null.`, (one) => (request(one).properties.end = { type: 'string' })],
  [
    `${PUT} in the body each of scopes may no longer be "write".`,
    (one) => request(one).properties.scopes.items.enum.pop(),
  ],
  [
    `${PUT} in the body scopes has another minItems: 2 instead of 1.`,
    (one) => (request(one).properties.scopes.minItems = 2),
  ],
  [`${PUT} it does not answer 204 any more.`, (one) => (put(one).responses = {})],
  [`${PUT} it may answer 202 now.`, (one) => (put(one).responses[202] = {})],
  [`${GET} it does not answer 404 any more.`, (one) => delete get(one).responses[404]],
  [
    `${GET} it does not answer 200 with application/json any more.`,
    (one) => (get(one).responses[200].content = { 'text/csv': {} }),
  ],
  [`${GET} in the answer 200 the header ETag is gone.`, (one) => delete get(one).responses[200].headers.ETag],
  [
    `${GET} in the answer 200 the header ETag may be missing now.`,
    (one) => (get(one).responses[200].headers.ETag.required = false),
  ],
  [`${GET} in the answer 200 note is gone.`, (one) => delete image(one).properties.note],
  [`${GET} in the answer 200 credits.charged is gone.`, (one) => (image(one).properties.credits.properties = {})],
  [`${GET} in the answer 200 id may be missing now.`, (one) => image(one).required.shift()],
  [`${GET} in the answer 200 id may now be null.`, (one) => (image(one).properties.id.type = ['string', 'null'])],
  [`${GET} in the answer 200 id may now be integer.`, (one) => (image(one).properties.id.type = 'integer')],
  [
    `${GET} in the answer 200 credits.charged may now be number.`,
    (one) => (image(one).properties.credits.properties.charged.type = 'number'),
  ],
  [`${GET} in the answer 200 status may now be "lost".`, (one) => image(one).properties.status.enum.push('lost')],
  [
    `${GET} in the answer 200 status may now be more than "new", "old".`,
    (one) => delete image(one).properties.status.enum,
  ],
  ['Webhooks are not told of image.made any more.', (one) => (one.webhooks = {})],
  ['The webhook image.made: in the message type is gone.', (one) => (one.components.schemas.Message.properties = {})],
  [
    `${GET} in the answer 200 each member of labels may now be integer.`,
    (one) => (image(one).properties.labels.additionalProperties.type = 'integer'),
  ],
];

/** @type {[title: string, change: (after: Schema) => void][]} */
const HARMLESS = [
  ['another operation', (one) => (one.paths['/new'] = { get: { operationId: 'getNew', responses: { 200: {} } } })],
  [
    'another name of a parameter in the path',
    (one) => {
      one.paths['/images/{image_id}'] = one.paths['/images/{id}'];
      delete one.paths['/images/{id}'];
      one.paths['/images/{image_id}'].get.parameters[0].name = 'image_id';
    },
  ],
  [
    'a parameter that may be left out',
    (one) => get(one).parameters.push({ name: 'page', in: 'query', schema: { type: 'integer' } }),
  ],
  ['another way in', (one) => get(one).security.push({ 'stream-ticket': [] })],
  ['a field of the body that may be left out', (one) => (request(one).properties.seed = { type: 'integer' })],
  ['a field of the body that need not be there any more', (one) => (request(one).required = [])],
  [
    'more that is taken',
    (one) => {
      request(one).properties.tier.enum.push('huge');
      request(one).properties.name = { type: ['string', 'null'], maxLength: 200 };
      request(one).properties.count.type = 'number';
    },
  ],
  ['more that is answered', (one) => (image(one).properties.width = { type: 'integer' })],
  [
    'less that is answered in a place',
    (one) => {
      image(one).properties.note = { type: 'string' };
      image(one).properties.status.enum.pop();
    },
  ],
  ['another refusal', (one) => (get(one).responses[409] = { $ref: '#/components/responses/NotFound' })],
  ['another code of a problem', (one) => one.components.schemas.ProblemCode.enum.push('gone')],
  ['other words', (one) => (get(one).summary = 'Look at it')],
];

describe('the comparison of two documents of the API', () => {
  for (const [sentence, change] of BREAKING) it(sentence, () => assert.deepEqual(changesOf(change), [sentence]));

  for (const [title, change] of HARMLESS) it(`lets through ${title}`, () => assert.deepEqual(changesOf(change), []));

  it('finds nothing where nothing changed, and needs no words for it', () => {
    const committed = JSON.parse(readFileSync(join(ROOT, 'docs', 'openapi.json'), 'utf8'));
    const promises = /** @type {Schema} */ (promisesOf(committed));
    assert.ok(Object.keys(promises.components.schemas).length > 50);
    assert.deepEqual(breakingChanges(promises, committed), []);
    assert.deepEqual(breakingChanges(committed, promises), []);
    assert.ok(!JSON.stringify(promises.paths).includes('"description":"'));
  });
});
