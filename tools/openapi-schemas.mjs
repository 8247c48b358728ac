/**
 * A JSON Schema as the document of the API has it.
 * @typedef {Record<string, any>} Schema
 *
 * What goes to the server has to be accepted as before; what comes from it has to be as it was, though it may say more.
 * @typedef {'sent' | 'answered'} Direction
 *
 * @typedef {object} Comparison
 * @property {Schema} before the document
 * @property {Schema} after the document
 * @property {Direction} direction
 * @property {Set<string>} seen pairs of references that are being compared: schemas may hold themselves
 */

/** Lists of values that are said to grow; who reads an answer has to be ready for values that are new. */
const OPEN_SETS = new Set([
  'ApiKeyScope',
  'AuditAction',
  'AuditTargetType',
  'DeliveredEventType',
  'ProblemCode',
  'VendorKey',
  'WebhookEventType',
]);

/**
 * What no longer holds of a value, in sentences that begin with where it is.
 * @param {Schema} before @param {Schema} after @param {string} place @param {Comparison} comparison
 * @returns {string[]}
 */
export function schemaChanges(before, after, place, comparison) {
  const pair = `${before['$ref']} ${after['$ref']}`;
  if (before['$ref'] !== undefined && after['$ref'] !== undefined) {
    if (comparison.seen.has(pair)) return [];
    comparison.seen.add(pair);
  }
  const old = alternativesOf(before, comparison.before);
  const now = alternativesOf(after, comparison.after);
  const changes =
    comparison.direction === 'sent' ? sentChanges(old, now, place, comparison) : answered(old, now, place, comparison);
  comparison.seen.delete(pair);
  return changes;
}

/**
 * Every form in which it was sent has to be taken still.
 * @param {Schema[]} old @param {Schema[]} now @param {string} place @param {Comparison} comparison
 */
function sentChanges(old, now, place, comparison) {
  return old.flatMap((form) => {
    const changes = now
      .filter(({ type }) => isOfType(form.type, type))
      .map((other) => formChanges(form, other, place, comparison));
    if (changes.length === 0) return [`${place} may no longer be ${nameOf(form)}`];
    return changes.some(({ length }) => length === 0) ? [] : (changes[0] ?? []);
  });
}

/**
 * Every form in which it is answered has to be one that was known.
 * @param {Schema[]} old @param {Schema[]} now @param {string} place @param {Comparison} comparison
 */
function answered(old, now, place, comparison) {
  return now.flatMap((form) => {
    const changes = old
      .filter(({ type }) => isOfType(form.type, type))
      .map((other) => formChanges(other, form, place, comparison));
    if (changes.length === 0) return [`${place} may now be ${nameOf(form)}`];
    return changes.some(({ length }) => length === 0) ? [] : (changes[0] ?? []);
  });
}

/** @param {Schema} before @param {Schema} after @param {string} place @param {Comparison} comparison */
function formChanges(before, after, place, comparison) {
  return [
    ...valueChanges(before, after, place, comparison.direction),
    ...(comparison.direction === 'sent' ? boundChanges(before, after, place) : []),
    ...memberChanges(before, after, place, comparison),
    ...(before.items && after.items ? schemaChanges(before.items, after.items, `each of ${place}`, comparison) : []),
  ];
}

/** @param {Schema} before @param {Schema} after @param {string} place @param {Direction} direction */
function valueChanges(before, after, place, direction) {
  if (direction === 'sent') {
    if (!after.enum) return [];
    if (!before.enum) return [`${place} may now only be one of ${list(after.enum)}`];
    const gone = before.enum.filter((/** @type {unknown} */ value) => !after.enum.includes(value));
    return gone.length > 0 ? [`${place} may no longer be ${list(gone)}`] : [];
  }
  if (!before.enum || before.isOpen) return [];
  if (!after.enum) return [`${place} may now be more than ${list(before.enum)}`];
  const added = after.enum.filter((/** @type {unknown} */ value) => !before.enum.includes(value));
  return added.length > 0 ? [`${place} may now be ${list(added)}`] : [];
}

/** Keywords that bound what is sent, and whether a smaller bound lets less through. */
const BOUNDS = /** @type {const} */ ([
  ['maximum', true],
  ['exclusiveMaximum', true],
  ['maxLength', true],
  ['maxItems', true],
  ['minimum', false],
  ['exclusiveMinimum', false],
  ['minLength', false],
  ['minItems', false],
]);

/** @param {Schema} before @param {Schema} after @param {string} place */
function boundChanges(before, after, place) {
  const changes = BOUNDS.flatMap(([keyword, isUpper]) => {
    const [old, now] = [before[keyword], after[keyword]];
    const isTighter = now !== undefined && (old === undefined || (isUpper ? now < old : now > old));
    return isTighter ? [`${place} has another ${keyword}: ${now} instead of ${old ?? 'none'}`] : [];
  });
  if (after.pattern !== undefined && after.pattern !== before.pattern)
    changes.push(`${place} has another pattern: ${after.pattern} instead of ${before.pattern ?? 'none'}`);
  if (before.default !== undefined && before.default !== after.default)
    changes.push(
      `${place} is ${JSON.stringify(after.default ?? null)} instead of ${JSON.stringify(before.default)} when it is left out`,
    );
  return changes;
}

/** @param {Schema} before @param {Schema} after @param {string} place @param {Comparison} comparison */
function memberChanges(before, after, place, comparison) {
  const isSent = comparison.direction === 'sent';
  const [old, now] = [before.properties ?? {}, after.properties ?? {}];
  const [wasRequired, isRequired] = [new Set(before.required), new Set(after.required)];
  const changes = Object.keys(old).flatMap((name) => {
    const at = place === '' ? name : `${place}.${name}`;
    if (!(name in now)) return [isSent ? `${at} is refused now` : `${at} is gone`];
    if (isSent && isRequired.has(name) && !wasRequired.has(name)) return [`${at} has to be there now`];
    if (!isSent && wasRequired.has(name) && !isRequired.has(name)) return [`${at} may be missing now`];
    return schemaChanges(old[name], now[name], at, comparison);
  });
  const added = Object.keys(now).filter((name) => !(name in old) && isSent && isRequired.has(name));
  changes.push(...added.map((name) => `${place === '' ? name : `${place}.${name}`} has to be there now`));
  const [oldOthers, otherMembers] = [before.additionalProperties, after.additionalProperties];
  if (isSchema(oldOthers) && isSchema(otherMembers))
    changes.push(...schemaChanges(oldOthers, otherMembers, `each member of ${place}`, comparison));
  else if (isSent && otherMembers === false && oldOthers !== false && before.type === 'object')
    changes.push(`${place || 'the body'} refuses members that it does not know`);
  return changes;
}

/** @param {unknown} value @returns {value is Schema} */
const isSchema = (value) => typeof value === 'object' && value !== null;

/**
 * The forms that a value may have, each of one type, with references followed.
 * @param {Schema} schema @param {Schema} document @returns {Schema[]}
 */
function alternativesOf(schema, document) {
  const { $ref, anyOf, oneOf, type, ...rest } = schema;
  if ($ref !== undefined) {
    const name = String($ref).split('/').at(-1) ?? '';
    const target = document['components'].schemas[name];
    return alternativesOf({ ...target, ...rest }, document).map((form) =>
      OPEN_SETS.has(name) ? { ...form, isOpen: true } : form,
    );
  }
  const several = anyOf ?? oneOf;
  if (several) return several.flatMap((/** @type {Schema} */ one) => alternativesOf(one, document));
  if (Array.isArray(type)) return type.flatMap((one) => alternativesOf({ ...rest, type: one }, document));
  if (type === 'null') return [{ type }];
  const { const: constant, ...others } = rest;
  return [{ ...others, type, ...(constant === undefined ? {} : { enum: [constant] }) }];
}

/** @param {string | undefined} inner @param {string | undefined} outer */
const isOfType = (inner, outer) =>
  outer === undefined || inner === outer || (inner === 'integer' && outer === 'number');

/** @param {Schema} form */
const nameOf = ({ type, enum: values }) => (values ? list(values) : (type ?? 'anything'));

/** @param {unknown[]} values */
const list = (values) => values.map((value) => JSON.stringify(value)).join(', ');
