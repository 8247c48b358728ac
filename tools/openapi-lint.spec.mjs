import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lintOpenApi } from './openapi-lint.mjs';

const answer = { description: 'Told.', content: { 'application/json': { schema: { type: 'integer' }, example: 1 } } };
const operation = {
  operationId: 'getNumber',
  summary: 'Ask for a number',
  description: 'Any number.',
  tags: ['Numbers'],
  responses: { 200: answer, 404: answer },
};

/** @param {object} change */
const lint = (change) =>
  lintOpenApi(
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Numbers', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: '/' }],
      security: [],
      tags: [{ name: 'Numbers', description: 'What is counted.' }],
      paths: { '/number': { get: { ...operation, ...change } } },
    }),
    'numbers.json',
  );

describe('the rules for the document of the API', () => {
  it('have nothing to say against one that is in order', async () => {
    assert.deepEqual(await lint({}), []);
  });

  it('say where something is wrong', async () => {
    const wrong = { ...answer, content: { 'application/json': { schema: { type: 'integer' }, example: 'one' } } };
    const findings = await lint({ operationId: undefined, responses: { 200: wrong, 404: answer } });
    assert.equal(findings.length, 2);
    assert.match(findings.join('\n'), /numbers\.json#\/paths\/~1number\/get.*\(operation-operationId\)/);
    assert.match(findings.join('\n'), /must be integer.*\(no-invalid-media-type-examples\)/);
  });
});
