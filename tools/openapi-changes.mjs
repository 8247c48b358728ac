import { schemaChanges } from './openapi-schemas.mjs';

/** @typedef {import('./openapi-schemas.mjs').Schema} Schema */

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/**
 * What a program that was written for one document of the API could not rely on any more with the other.
 * @param {Schema} before @param {Schema} after
 * @returns {string[]} a sentence each
 */
export function breakingChanges(before, after) {
  const now = operationsOf(after);
  const changes = [...operationsOf(before)].flatMap(([key, old]) => {
    const other = now.get(key);
    const name = `${old.title} (${old.operation.operationId})`;
    if (!other) return [`${name} is gone.`];
    const documents = { before, after };
    return [
      ...identityChanges(old.operation, other.operation),
      ...accessChanges(old.operation, other.operation, documents),
      ...parameterChanges(old.operation, other.operation, documents),
      ...bodyChanges(old.operation, other.operation, documents),
      ...answerChanges(old.operation, other.operation, documents),
    ].map((change) => `${name}: ${change}.`);
  });
  return [...changes, ...messageChanges(before, after)];
}

/** What webhooks are told is an answer as well, to a question that nobody asked. @param {Schema} before @param {Schema} after */
function messageChanges(before, after) {
  return Object.entries(before.webhooks ?? {}).flatMap(([type, { post: old }]) => {
    const now = after.webhooks?.[type]?.post;
    if (!now) return [`Webhooks are not told of ${type} any more.`];
    const [was, is] = [old, now].map(({ requestBody }) => requestBody.content['application/json'].schema);
    const comparison = { before, after, direction: /** @type {const} */ ('answered'), seen: new Set() };
    const changes = inBody('in the message', schemaChanges(was, is, '', comparison));
    return changes.map((change) => `The webhook ${type}: ${change}.`);
  });
}

/** By method and path, whatever the parameters in the path are called. @param {Schema} document */
function operationsOf(document) {
  /** @type {Map<string, { title: string, operation: Schema }>} */
  const operations = new Map();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const key = `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`;
      if (item[method]) operations.set(key, { title: `${method.toUpperCase()} ${path}`, operation: item[method] });
    }
  }
  return operations;
}

/** Clients that are made from the document call operations by these names. @param {Schema} old @param {Schema} now */
function identityChanges(old, now) {
  return old.operationId === now.operationId ? [] : [`its operationId is ${now.operationId} now`];
}

/** @typedef {{ before: Schema, after: Schema }} Documents */

/** Whoever came in before has to come in now. @param {Schema} old @param {Schema} now @param {Documents} documents */
function accessChanges(old, now, { before, after }) {
  const [was, is] = [old.security ?? before.security ?? [], now.security ?? after.security ?? []];
  if (is.length === 0) return [];
  if (was.length === 0) return ['it needs a session or a key now'];
  const ways = is.map((/** @type {Schema} */ way) => JSON.stringify(way));
  return was
    .filter((/** @type {Schema} */ way) => !ways.includes(JSON.stringify(way)))
    .map((/** @type {Schema} */ way) => `${inWords(way)} is not enough any more`);
}

/** @param {Schema} way */
const inWords = (way) =>
  Object.entries(way)
    .map(([scheme, needs]) => [scheme, ...needs].join(' '))
    .join(' and ');

/** @param {Schema} old @param {Schema} now @param {Documents} documents */
function parameterChanges(old, now, documents) {
  /** @param {Schema} operation @returns {Map<string, Schema>} */
  const byName = ({ parameters = [] }) =>
    new Map(parameters.map((/** @type {Schema} */ one) => [`${one.in} ${one.name}`, one]));
  const [was, is] = [byName(old), byName(now)];
  const changes = [...was].flatMap(([key, parameter]) => {
    const other = is.get(key);
    const name = `the parameter ${parameter.name}`;
    // In a path it is the place that counts, not the name.
    if (!other) return parameter.in === 'path' ? [] : [`${name} is gone`];
    if (other.required && !parameter.required) return [`${name} has to be there now`];
    return schemaChanges(parameter.schema ?? {}, other.schema ?? {}, name, {
      ...documents,
      direction: 'sent',
      seen: new Set(),
    });
  });
  const added = [...is].filter(([key, { required, in: place }]) => required && place !== 'path' && !was.has(key));
  return [...changes, ...added.map(([, { name }]) => `the parameter ${name} has to be there now`)];
}

/** @param {Schema} old @param {Schema} now @param {Documents} documents */
function bodyChanges({ requestBody: old }, { requestBody: now }, documents) {
  if (!old) return now?.required ? ['it needs a body now'] : [];
  if (!now) return ['it takes no body any more'];
  const changes = now.required && !old.required ? ['it needs a body now'] : [];
  return [
    ...changes,
    ...Object.entries(old.content).flatMap(([type, { schema }]) => {
      const other = now.content[type];
      if (!other) return [`it takes no ${type} any more`];
      return inBody(
        'in the body',
        schemaChanges(schema, other.schema, '', { ...documents, direction: 'sent', seen: new Set() }),
      );
    }),
  ];
}

/** @param {Schema} old @param {Schema} now @param {Documents} documents */
function answerChanges(old, now, documents) {
  const changes = Object.keys(old.responses).flatMap((status) => {
    const answer = resolved(old.responses[status], documents.before, 'responses');
    if (!(status in now.responses)) return [`it does not answer ${status} any more`];
    const other = resolved(now.responses[status], documents.after, 'responses');
    return [
      ...headerChanges(answer, other, documents).map((change) => `in the answer ${status} ${change}`),
      ...contentChanges(answer, other, status, documents),
    ];
  });
  const added = Object.keys(now.responses).filter((status) => /^2/.test(status) && !(status in old.responses));
  return [...changes, ...added.map((status) => `it may answer ${status} now`)];
}

/** @param {Schema} old @param {Schema} now @param {Documents} documents */
function headerChanges(old, now, { before, after }) {
  return Object.entries(old.headers ?? {}).flatMap(([name, header]) => {
    const other = now.headers?.[name];
    if (!other) return [`the header ${name} is gone`];
    const [was, is] = [resolved(header, before, 'headers'), resolved(other, after, 'headers')];
    return was.required && !is.required ? [`the header ${name} may be missing now`] : [];
  });
}

/** @param {Schema} old @param {Schema} now @param {string} status @param {Documents} documents */
function contentChanges(old, now, status, documents) {
  return Object.entries(old.content ?? {}).flatMap(([type, { schema }]) => {
    const other = now.content?.[type];
    if (!other) return [`it does not answer ${status} with ${type} any more`];
    const comparison = { ...documents, direction: /** @type {const} */ ('answered'), seen: new Set() };
    return inBody(`in the answer ${status}`, schemaChanges(schema ?? {}, other.schema ?? {}, '', comparison));
  });
}

/** @param {string} where @param {string[]} changes each beginning with the place, which is empty for the whole */
const inBody = (where, changes) =>
  changes.map((change) => `${where} ${change.startsWith(' ') ? `all of it${change}` : change}`);

/** @param {Schema} value @param {Schema} document @param {string} kind @returns {Schema} */
function resolved(value, document, kind) {
  return value.$ref === undefined ? value : document.components[kind][value.$ref.split('/').at(-1)];
}
