import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './workspace.mjs';

const CONTRACTS = join(ROOT, 'backend', 'contracts');

/** Where the words are kept that the API's document takes from the comments of the contracts. */
export const WORDS_FILE = join(ROOT, 'backend', 'src', 'manual', 'contract-words.json');

/**
 * What the comments in the contracts say of schemas and their fields, by `Name` and `Name.field.inner`. The comments are
 * gone when the contracts are built, and in the contracts themselves the words would be a part of the console's bundle.
 * @returns {Record<string, string>}
 */
export function contractWords() {
  /** @type {Map<string, string>} */
  const words = new Map();
  /** @type {[name: string, base: string][]} */
  const bases = [];
  for (const file of readdirSync(CONTRACTS).filter((name) => /^[\w-]+\.ts$/.test(name) && !name.includes('.spec.'))) {
    const source = ts.createSourceFile(file, readFileSync(join(CONTRACTS, file), 'utf8'), ts.ScriptTarget.Latest, true);
    for (const statement of source.statements.filter(ts.isVariableStatement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        const comment = commentOf(statement);
        if (comment !== undefined) words.set(name.getText(), comment);
        if (initializer) readFields(initializer, name.getText(), words, bases);
        readValues(initializer, name.getText(), words);
      }
    }
  }
  for (const [name, base] of bases) inherit(name, base, words);
  const ofSchemas = [...words].filter(([place]) => /^[A-Z]+[a-z]/.test(place));
  return Object.fromEntries(ofSchemas.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As it is kept. */
export const wordsText = () => `${JSON.stringify(contractWords(), null, 2)}\n`;

/**
 * Reads the first object of fields in an expression, such as `z.strictObject({ … }).refine(…)`.
 * @param {ts.Node} node @param {string} place @param {Map<string, string>} words @param {[string, string][]} bases
 * @returns {boolean} whether there was one
 */
function readFields(node, place, words, bases) {
  if (!ts.isObjectLiteralExpression(node))
    return Boolean(ts.forEachChild(node, (child) => readFields(child, place, words, bases) || undefined));
  for (const member of node.properties) {
    if (ts.isSpreadAssignment(member)) {
      const base = /^(\w+)\.shape$/.exec(member.expression.getText())?.[1];
      if (base !== undefined) bases.push([place, base]);
    } else if (ts.isPropertyAssignment(member)) {
      const at = `${place}.${member.name.getText().replaceAll(/['"]/g, '')}`;
      const comment = commentOf(member);
      if (comment !== undefined) words.set(at, comment);
      readFields(member.initializer, at, words, bases);
      readValues(member.initializer, at, words);
    }
  }
  return true;
}

/**
 * The words of a list of values are those of what takes one of them. A list stands before what is made of it.
 * @param {ts.Node | undefined} node @param {string} place @param {Map<string, string>} words
 */
function readValues(node, place, words) {
  const list = /^z\.enum\((\w+)\)/.exec(node?.getText() ?? '')?.[1];
  const comment = list === undefined ? undefined : words.get(list);
  if (comment !== undefined && !words.has(place)) words.set(place, comment);
}

/** A schema that takes over the fields of another has its words for them too. @param {string} name @param {string} base @param {Map<string, string>} words */
function inherit(name, base, words) {
  for (const [place, comment] of [...words]) {
    const own = place.startsWith(`${base}.`) ? `${name}${place.slice(base.length)}` : undefined;
    if (own !== undefined && !words.has(own)) words.set(own, comment);
  }
}

/** @param {ts.Node} node @returns {string | undefined} */
function commentOf(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(comments.at(-1)?.comment);
  return text?.replaceAll(/\s+/g, ' ').trim() || undefined;
}
