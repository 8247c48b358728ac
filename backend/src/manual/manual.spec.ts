import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { PROBLEM_CODES } from '@atelier/contracts';
import {
  type Answer,
  type Document,
  type Media,
  type NamedExample,
  type Place,
  type Reference,
  operationsOf,
} from '../platform/http/docs/document-types.js';
import { MANUAL } from './index.js';
import { asText, previewDocument } from './preview-document.js';

const COMMITTED = join(import.meta.dirname, '../../../docs/openapi.json');

/** Bodies that nobody reads as text. */
const isBinary = (type: string): boolean => type.startsWith('image/');
const isSuccess = (status: string): boolean => /^2\d\d$/.test(status);
const isReference = (value: object): value is Reference => '$ref' in value;

describe('the description of the API', () => {
  let document: Document;
  let ajv: Ajv2020;
  let places: Place[];
  const validators = new Map<string, ValidateFunction>();

  beforeAll(async () => {
    document = await previewDocument();
    places = operationsOf(document);
    ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      strictTypes: false,
      allErrors: true,
      validateFormats: false,
    });
    for (const word of Object.keys(document)) ajv.addKeyword(word);
    ajv.addKeyword('example');
    ajv.addSchema({ ...document, $id: 'api' });
  });

  const answersOf = ({ operation }: Place): [status: string, answer: Answer][] =>
    Object.entries(operation.responses).map(([status, answer]) => [
      status,
      isReference(answer) ? document.components.responses[answer.$ref.split('/').at(-1)!]! : answer,
    ]);
  const examplesOf = ({ example, examples = {} }: Media): [name: string, value: unknown][] => [
    ...(example === undefined ? [] : [['', example] as [string, unknown]]),
    ...Object.entries(examples).map(([name, one]): [string, unknown] => [name, resolved(one).value]),
  ];
  const resolved = (one: NamedExample | Reference): NamedExample =>
    isReference(one) ? document.components.examples[one.$ref.split('/').at(-1)!]! : one;
  const complaintsAbout = (value: unknown, schema: object): string => {
    const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
    const validate = validators.get(text) ?? ajv.compile(JSON.parse(text));
    validators.set(text, validate);
    return validate(value) ? '' : ajv.errorsText(validate.errors);
  };
  /** Every body with what it is of. */
  const bodies = (): { title: string; type: string; media: Media; isNeeded: boolean }[] =>
    [...places, ...operationsOf({ paths: document.webhooks })].flatMap((place) => [
      ...Object.entries(place.operation.requestBody?.content ?? {}).map(([type, media]) => ({
        title: `${place.operation.operationId}: request`,
        type,
        media,
        isNeeded: true,
      })),
      ...answersOf(place).flatMap(([status, { content = {} }]) =>
        Object.entries(content).map(([type, media]) => ({
          title: `${place.operation.operationId}: answer ${status}`,
          type,
          media,
          isNeeded: isSuccess(status),
        })),
      ),
    ]);

  test('is committed as the code says it; `npm run openapi` writes it', () => {
    const committed: unknown = JSON.parse(readFileSync(COMMITTED, 'utf8'));
    expect(committed).toEqual(JSON.parse(asText(document)));
  });

  test('has an example of every body that is sent and answered', () => {
    const missing = bodies()
      .filter(({ type, media, isNeeded }) => isNeeded && !isBinary(type) && examplesOf(media).length === 0)
      .map(({ title, type }) => `${title} (${type}) has no example: add one to backend/src/manual/examples`);
    expect(missing).toEqual([]);
  });

  test('has an example and an explanation of every parameter', () => {
    const missing = places.flatMap(({ operation }) =>
      operation.parameters.flatMap(({ name, description = '', example, schema }) => [
        ...(description || schema?.['description'] ? [] : [`${operation.operationId}: ${name} has no description`]),
        ...(example === undefined ? [`${operation.operationId}: ${name} has no example`] : []),
      ]),
    );
    expect(missing).toEqual([]);
  });

  test('shows nothing that its schemas refuse', () => {
    const wrong = [
      ...bodies().flatMap(({ title, media: { schema, ...media } }) =>
        examplesOf(media).map(([name, value]) => [title, name, schema ? complaintsAbout(value, schema) : 'no schema']),
      ),
      ...places.flatMap(({ operation }) =>
        operation.parameters.map(({ name, example, schema = {} }) => [
          operation.operationId,
          name,
          complaintsAbout(example, schema),
        ]),
      ),
    ].filter(([, , complaint]) => complaint !== '');
    expect(wrong).toEqual([]);
  });

  test('keeps no example of an operation, an answer or a parameter that is gone', () => {
    const known = new Map(places.map(({ operation }) => [operation.operationId, operation]));
    const leftOver = Object.entries(MANUAL.operations).flatMap(([id, { parameters = {}, request, answers = {} }]) => {
      const operation = known.get(id);
      if (!operation) return [id];
      return [
        ...(request === undefined || operation.requestBody ? [] : [`${id}: request`]),
        ...Object.keys(answers)
          .filter((status) => !(status in operation.responses))
          .map((status) => `${id}: answer ${status}`),
        ...Object.keys(parameters)
          .filter((name) => !operation.parameters.some((parameter) => parameter.name === name))
          .map((name) => `${id}: ${name}`),
      ];
    });
    expect(leftOver).toEqual([]);
  });

  test('has a chapter for every tag', () => {
    const chapters = new Set(MANUAL.chapters.map(({ name }) => name));
    const strange = places.flatMap(({ operation }) => operation.tags.filter((tag) => !chapters.has(tag)));
    expect(strange).toEqual([]);
  });

  test('explains every problem, and shows it where it may be met', () => {
    const { description } = document.info;
    expect(PROBLEM_CODES.filter((code) => !String(description).includes(`| \`${code}\` |`))).toEqual([]);
    const shown = PROBLEM_CODES.filter((code) => code in document.components.examples);
    expect(shown.length).toBeGreaterThan(60);
  });
});
