import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Beside what is recommended: everything has a name, an explanation and examples that are true. */
const RULES = /** @type {const} */ ({
  'operation-operationId': 'error',
  'operation-operationId-unique': 'error',
  'operation-operationId-url-safe': 'error',
  'operation-singular-tag': 'error',
  'operation-description': 'error',
  'operation-tag-defined': 'error',
  'operation-parameters-unique': 'error',
  'tag-description': 'error',
  'parameter-description': 'error',
  'path-parameters-defined': 'error',
  'no-invalid-media-type-examples': 'error',
  'no-invalid-parameter-examples': 'error',
  'no-invalid-schema-examples': 'error',
  'no-duplicated-tag-names': 'error',
  'no-duplicated-enum-values': 'error',
  'no-unsafe-markdown': 'error',
  'component-name-unique': 'error',
});

/**
 * What Redocly's rules say about an OpenAPI document, warnings too.
 * @param {string} source the document as JSON
 * @param {string} name by which the findings call it
 */
export async function lintOpenApi(source, name) {
  const config = await createConfig({ extends: ['recommended-strict'], rules: RULES });
  const problems = await lintFromString({ source, absoluteRef: name, config });
  return problems.map(({ ruleId, message, location: [place] }) => {
    const where = place?.pointer ?? '';
    return `${name}${where}: ${message} (${ruleId})`;
  });
}
