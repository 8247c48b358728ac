import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { resolve } from './import-resolver.mjs';
import { ROOT } from './workspace.mjs';

/** Value imports of every file: what runs. A type that two files need of each other is gone before that. */
function importGraph() {
  const files = globSync('{backend/{src,contracts},admin-console/src,e2e}/**/*.ts', {
    cwd: ROOT,
    exclude: ['**/dist/**'],
  });
  return new Map(files.map((file) => [file, valueImports(file, readFileSync(join(ROOT, file), 'utf8'))]));
}

/** @param {string} file @param {string} code @returns {string[]} paths below the workspace */
function valueImports(file, code) {
  const { statements } = ts.createSourceFile(file, code, ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    const isValue =
      (ts.isImportDeclaration(statement) && !isTypeImport(statement.importClause)) ||
      (ts.isExportDeclaration(statement) && !statement.isTypeOnly);
    const specifier = isValue ? statement.moduleSpecifier : undefined;
    if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return [];
    const { path } = resolve(specifier.text, join(ROOT, file));
    return path ? [relative(ROOT, path)] : [];
  });
}

/** @param {ts.ImportClause | undefined} clause */
function isTypeImport(clause) {
  if (clause === undefined) return false;
  const named = clause.namedBindings;
  const hasOnlyTypes =
    named !== undefined && ts.isNamedImports(named) && named.elements.every(({ isTypeOnly }) => isTypeOnly);
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (clause.name === undefined && hasOnlyTypes);
}

/** Circles as readable chains, each found once. @param {Map<string, string[]>} graph */
function findCircles(graph) {
  /** @type {string[]} */
  const circles = [];
  const finished = new Set();
  /** @param {string} file @param {string[]} path */
  const visit = (file, path) => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (finished.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles;
}

describe('imports between files', () => {
  it('make no circle', () => {
    const graph = importGraph();
    assert.ok(graph.size > 20, 'the sources were not found');
    assert.deepEqual(findCircles(graph), []);
  });

  it('are seen: a seeded circle is found', () => {
    const graph = new Map([
      ['e2e/a.ts', valueImports('e2e/a.ts', "import { b } from './b.js';")],
      ['e2e/b.ts', valueImports('e2e/b.ts', "export * from './c.js';")],
      ['e2e/c.ts', valueImports('e2e/c.ts', "import { type A, a } from './a.js';")],
    ]);
    assert.deepEqual(findCircles(graph), ['e2e/a.ts → e2e/b.ts → e2e/c.ts → e2e/a.ts']);
  });

  it('may need each other for types', () => {
    assert.deepEqual(
      valueImports('e2e/a.ts', "import type { B } from './b.js';\nimport { type C } from './c.js';"),
      [],
    );
  });
});
