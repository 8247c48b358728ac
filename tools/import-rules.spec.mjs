import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { MODULES } from '../import-rules.mjs';
import { ROOT } from './workspace.mjs';

/** The workspace's own rules over files that exist in memory only; without the rules that need types. */
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: [{ ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] }],
});

const RULES = /^(boundaries\/|no-restricted-|@typescript-eslint\/no-restricted-imports|atelier\/)/;

/** @param {string} filePath @param {string} code @returns {Promise<string[]>} the rules that refused it */
async function refusals(filePath, code) {
  const [result] = await eslint.lintText(code, { filePath });
  assert.deepEqual(
    result?.messages.filter(({ fatal }) => fatal),
    [],
    'the seeded file must parse',
  );
  return (result?.messages ?? []).flatMap(({ ruleId }) => (ruleId !== null && RULES.test(ruleId) ? [ruleId] : []));
}

/** @type {[name: string, file: string, code: string, rule: string][]} */
const VIOLATIONS = [
  [
    'a module talks to other servers by itself',
    'backend/src/modules/providers/adapters/openai/a.ts',
    "import axios from 'axios';",
    '@typescript-eslint/no-restricted-imports',
  ],
  [
    'the platform talks to other servers past the one way out',
    'backend/src/platform/health/a.ts',
    "export const answer = await fetch('https://example.com');",
    'no-restricted-globals',
  ],
  [
    'a module imports one that the table does not give it',
    'backend/src/modules/auth/a.ts',
    "import { CreditsService } from '../credits/index.js';",
    'boundaries/dependencies',
  ],
  [
    'nobody imports studio',
    'backend/src/modules/gallery/a.ts',
    "import { StudioService } from '../studio/index.js';",
    'boundaries/dependencies',
  ],
  [
    'a module goes past the front door of another',
    'backend/src/modules/credits/a.ts',
    "import { AuthService } from '../auth/auth.service.js';",
    'boundaries/dependencies',
  ],
  [
    'a spec goes past the front door of another module',
    'backend/src/modules/credits/a.spec.ts',
    "import { AuthService } from '../auth/auth.service.js';",
    'boundaries/dependencies',
  ],
  [
    'the app goes past the front door of a module',
    'backend/src/app.module.ts',
    "import { AuthService } from './modules/auth/auth.service.js';",
    'boundaries/dependencies',
  ],
  [
    "a module imports another's entity",
    'backend/src/modules/studio/a.ts',
    "import { CreditAccount } from '../credits/credit-account.entity.js';",
    'boundaries/dependencies',
  ],
  [
    'a front door hands out an entity',
    'backend/src/modules/credits/index.ts',
    "export { CreditAccount } from './credit-account.entity.js';",
    'boundaries/dependencies',
  ],
  [
    'contracts import a package',
    'backend/contracts/a.ts',
    "import { Injectable } from '@nestjs/common';",
    'boundaries/dependencies',
  ],
  [
    'contracts import a part of Node',
    'backend/contracts/a.ts',
    "import { join } from 'node:path';",
    'boundaries/dependencies',
  ],
  [
    'contracts import the backend',
    'backend/contracts/a.ts',
    "import { DomainError } from '../src/platform/errors/index.js';",
    'boundaries/dependencies',
  ],
  [
    'platform imports a module',
    'backend/src/platform/http/a.ts',
    "import { AuthService } from '../../modules/auth/index.js';",
    'boundaries/dependencies',
  ],
  [
    'a type-only import is an import',
    'backend/src/platform/http/a.ts',
    "import type { AuthService } from '../../modules/auth/index.js';",
    'boundaries/dependencies',
  ],
  [
    'a dynamic import is an import',
    'backend/src/platform/http/a.ts',
    "export const a = () => import('../../modules/auth/index.js');",
    'boundaries/dependencies',
  ],
  [
    'a re-export is an import',
    'backend/src/platform/http/a.ts',
    "export * from '../../modules/auth/index.js';",
    'boundaries/dependencies',
  ],
  [
    'a service imports an adapter',
    'backend/src/modules/providers/providers.service.ts',
    "import { MockProvider } from './adapters/mock/mock-provider.js';",
    'boundaries/dependencies',
  ],
  [
    'a service imports a store',
    'backend/src/modules/storage/storage.service.ts',
    "import { LocalStore } from './stores/local.object-store.js';",
    'boundaries/dependencies',
  ],
  [
    'an adapter imports another adapter',
    'backend/src/modules/providers/adapters/openai/a.ts',
    "import { MockProvider } from '../mock/mock-provider.js';",
    'boundaries/dependencies',
  ],
  [
    'another module imports an adapter',
    'backend/src/modules/studio/a.ts',
    "import { MockProvider } from '../providers/adapters/mock/mock-provider.js';",
    'boundaries/dependencies',
  ],
  [
    'product code imports test helpers',
    'backend/src/modules/credits/a.ts',
    "import { createTestApp } from '../../../test/test-app.js';",
    'boundaries/dependencies',
  ],
  [
    'a feature imports a feature',
    'admin-console/src/app/gallery/a.ts',
    "import { StudioStore } from '../studio/studio-store';",
    'boundaries/dependencies',
  ],
  [
    'a page imports fixtures of the specs',
    'admin-console/src/app/gallery/a.ts',
    "import { newImage } from '../../testing/image-fixtures';",
    'boundaries/dependencies',
  ],
  [
    'ui imports a layer above',
    'admin-console/src/app/ui/a.ts',
    "import { Session } from '../session/session';",
    'boundaries/dependencies',
  ],
  [
    'ui imports a package beside Angular',
    'admin-console/src/app/ui/a.ts',
    "import axios from 'axios';",
    'boundaries/dependencies',
  ],
  [
    'platform of the console imports the session',
    'admin-console/src/app/platform/a.ts',
    "import { Session } from '../session/session';",
    'boundaries/dependencies',
  ],
  [
    'the console imports the backend',
    'admin-console/src/app/studio/a.ts',
    "import { DomainError } from '../../../../backend/src/platform/errors/index.js';",
    'boundaries/dependencies',
  ],
  [
    'the console imports Zod',
    'admin-console/src/app/studio/a.ts',
    "import * as z from 'zod';",
    '@typescript-eslint/no-restricted-imports',
  ],
  [
    'the console imports a schema',
    'admin-console/src/app/studio/a.ts',
    "import { Generation } from '@atelier/contracts';",
    '@typescript-eslint/no-restricted-imports',
  ],
  [
    'e2e imports a value of the contracts',
    'e2e/api/a.spec.ts',
    "import { Generation } from '@atelier/contracts';",
    'boundaries/dependencies',
  ],
  [
    'e2e imports the backend',
    'e2e/api/a.spec.ts',
    "import { createApp } from '../../backend/src/app.js';",
    'boundaries/dependencies',
  ],
  ['Zod is imported by name', 'backend/contracts/a.ts', "import { z } from 'zod';", 'no-restricted-syntax'],
  [
    'a transaction begins outside platform/database',
    'backend/src/modules/credits/a.ts',
    'export const a = (dataSource) => dataSource.transaction(async () => {});',
    'no-restricted-syntax',
  ],
  [
    'a query runner is made outside platform/database',
    'backend/src/modules/studio/a.ts',
    'export const a = (dataSource) => dataSource.createQueryRunner();',
    'no-restricted-syntax',
  ],
  [
    'an account is inserted outside credits',
    'backend/src/modules/studio/a.ts',
    'export const a = (tx) => tx.insert(CreditAccount, {});',
    'no-restricted-syntax',
  ],
  [
    'an account is saved outside credits',
    'backend/src/modules/auth/a.ts',
    'export const a = (tx, account) => tx.getRepository(CreditAccount).save(account);',
    'no-restricted-syntax',
  ],
  [
    'a balance is changed in SQL outside credits',
    'backend/src/modules/studio/a.ts',
    'export const a = (tx) => tx.query(`UPDATE credit_account SET available = 0`);',
    'no-restricted-syntax',
  ],
  [
    'modules are tied in a circle',
    'backend/src/modules/credits/a.ts',
    'export const a = forwardRef(() => AuthModule);',
    'no-restricted-syntax',
  ],
  ['an enum', 'backend/src/modules/credits/a.ts', "export enum Kind { Grant = 'grant' }", 'atelier/no-enum'],
  ['a default export', 'backend/src/modules/credits/a.ts', 'export default 1;', 'no-restricted-exports'],
  ['a file outside the architecture', 'backend/a.ts', 'export const a = 1;', 'boundaries/no-unknown-files'],
];

/** @type {[name: string, file: string, code: string][]} */
const LEGAL = [
  [
    'a module imports along the table',
    'backend/src/modules/credits/a.ts',
    "import { AuthService } from '../auth/index.js';",
  ],
  [
    'studio imports every module that does something for it',
    'backend/src/modules/studio/a.ts',
    // The audit log is read by administrators alone, and webhooks learn of everything from the outbox.
    Object.keys(MODULES)
      .filter((name) => !['studio', 'audit', 'webhooks'].includes(name))
      .map((name, index) => `import * as a${index} from '../${name}/index.js';`)
      .join('\n'),
  ],
  [
    'a module imports itself, platform, contracts and packages',
    'backend/src/modules/credits/credits.service.ts',
    "import { CreditAccount } from './credit-account.entity.js';\nimport { Transactions } from '../../platform/database/index.js';\nimport { Credits } from '@atelier/contracts';\nimport { Injectable } from '@nestjs/common';\nimport { join } from 'node:path';",
  ],
  [
    'a registry imports its adapters',
    'backend/src/modules/providers/provider-registry.ts',
    "import { MockProvider } from './adapters/mock/mock-provider.js';",
  ],
  [
    'an adapter implements the port',
    'backend/src/modules/providers/adapters/mock/mock-provider.ts',
    "import type { ImageProvider } from '../../image-provider.js';\nimport { encode } from './png/encode.js';",
  ],
  [
    'a spec uses the test helpers',
    'backend/src/modules/credits/credits.service.spec.ts',
    "import { createTestApp } from '../../../test/test-app.js';",
  ],
  [
    'a front door hands out a service',
    'backend/src/modules/credits/index.ts',
    "export { CreditsService } from './credits.service.js';\nexport { CreditsModule } from './credits.module.js';",
  ],
  [
    'contracts import Zod and one another',
    'backend/contracts/a.ts',
    "import * as z from 'zod';\nimport { Credits } from './primitives.js';",
  ],
  [
    'platform/database begins transactions',
    'backend/src/platform/database/transactions.ts',
    'export const a = (dataSource) => dataSource.createQueryRunner();',
  ],
  [
    'credits writes its accounts',
    'backend/src/modules/credits/a.ts',
    'export const a = (tx) => tx.insert(CreditAccount, {});',
  ],
  [
    'a feature imports session, ui, platform, types and limits',
    'admin-console/src/app/studio/a.ts',
    "import { Session } from '../session/session';\nimport { Picture } from '../ui/picture/picture';\nimport { Notifications } from '../platform/notifications';\nimport { type Generation, PROMPT_MAX_LENGTH } from '@atelier/contracts';\nimport type { Image } from '@atelier/contracts';",
  ],
  [
    'ui imports Angular and Material, its specs also a test library',
    'admin-console/src/app/ui/a.spec.ts',
    "import { Component } from '@angular/core';\nimport { MatButton } from '@angular/material/button';\nimport { expect } from '@jest/globals';",
  ],
  [
    'a spec of the console uses fixtures',
    'admin-console/src/app/gallery/a.spec.ts',
    "import { newImage } from '../../testing/image-fixtures';",
  ],
  [
    'e2e imports types of the contracts and the tools',
    'e2e/api/a.spec.ts',
    "import type { Generation } from '@atelier/contracts';\nimport { freePort } from '../../tools/services.mjs';",
  ],
];

describe('import rules', () => {
  for (const [name, file, code, rule] of VIOLATIONS) {
    it(`refuse: ${name}`, async () => assert.ok((await refusals(file, code)).includes(rule), `${rule} did not fire`));
  }

  for (const [name, file, code] of LEGAL) {
    it(`allow: ${name}`, async () => assert.deepEqual(await refusals(file, code), []));
  }

  it('have no circle in their table of modules', () => {
    /** @type {Record<string, readonly string[]>} */
    const table = MODULES;
    /** @param {string} name @param {string[]} path @returns {string[][]} */
    const circles = (name, path) =>
      path.includes(name) ? [[...path, name]] : (table[name] ?? []).flatMap((next) => circles(next, [...path, name]));
    assert.deepEqual(
      Object.keys(table).flatMap((name) => circles(name, [])),
      [],
    );
  });
});
