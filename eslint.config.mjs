import angular from 'angular-eslint';
import tseslint from 'typescript-eslint';
import importRules from './import-rules.mjs';

const TYPESCRIPT = ['{backend,admin-console,e2e}/**/*.ts'];
const TESTS = ['**/*.spec.ts', 'backend/test/**/*.ts', 'backend/src/modules/*/testing/**/*.ts', 'e2e/**/*.ts'];

/** Where each folder's types come from. */
const TYPE_PROJECTS = {
  'backend/contracts/**/*.ts': ['backend/contracts/tsconfig.json'],
  'backend/{src,test}/**/*.ts': ['backend/tsconfig.json'],
  'admin-console/**/*.ts': ['admin-console/tsconfig.json', 'admin-console/tsconfig.spec.json'],
  'e2e/**/*.ts': ['e2e/tsconfig.json'],
};

/** Errors only: a warning is a rule that nobody keeps. */
export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.angular/**',
      '.nx/**',
      '.toolchain/**',
      'data/**',
      'coverage/**',
      'test-results/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    name: 'atelier/typescript',
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // `[...text]` is how code points are counted here; what it must not spread are promises, maps and instances.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Vendors' enums are compared with what comes over the wire; our own code has none.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // Frameworks name classes where they mean plain objects with the same fields.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // An async function without await turns what is thrown into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  ...Object.entries(TYPE_PROJECTS).map(([files, project]) => ({
    name: `atelier/types-of-${files.split('/**')[0]}`,
    files: [files],
    languageOptions: { parserOptions: { project, tsconfigRootDir: import.meta.dirname } },
  })),
  {
    name: 'atelier/no-enums',
    files: TYPESCRIPT,
    plugins: { atelier: { rules: { 'no-enum': noEnum() } } },
    rules: { 'atelier/no-enum': 'error' },
  },
  {
    // Nest's dependency injection reads the parameters' types at run time: they must stay value imports.
    name: 'atelier/injected-types',
    files: ['backend/src/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    name: 'atelier/tests',
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-empty-pattern': 'off',
    },
  },
  { name: 'atelier/start-errors', files: ['**/src/main.ts'], rules: { 'no-console': ['error', { allow: ['error'] }] } },
  {
    // Loops over every byte of a picture: the bounds are the loop's, a check per byte would cost.
    name: 'atelier/pixel-loops',
    files: ['backend/src/modules/providers/adapters/mock/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    name: 'atelier/default-export-of-a-tool',
    files: ['e2e/playwright.config.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    name: 'atelier/console',
    files: ['admin-console/src/**/*.ts'],
    extends: [angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-selector': ['error', { type: 'element', prefix: 'app', style: 'kebab-case' }],
      '@angular-eslint/directive-selector': ['error', { type: 'attribute', prefix: 'app', style: 'camelCase' }],
      '@angular-eslint/prefer-on-push-component-change-detection': 'off',
      '@angular-eslint/prefer-signals': 'error',
    },
  },
  {
    name: 'atelier/console-templates',
    files: ['admin-console/src/**/*.html'],
    extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
    rules: {
      '@angular-eslint/template/button-has-type': 'error',
      '@angular-eslint/template/no-inline-styles': ['error', { allowBindToStyle: true }],
      '@angular-eslint/template/prefer-control-flow': 'error',
      '@angular-eslint/template/use-track-by-function': 'off',
    },
  },
  {
    name: 'atelier/scripts',
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'fetch',
          'URL',
          'Buffer',
          'setTimeout',
          'clearTimeout',
          'AbortController',
          'performance',
          'globalThis',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
    },
  },
  ...importRules,
);

/** Union literals with a Record table take the place of enums. */
function noEnum() {
  return {
    meta: { type: 'problem', messages: { enum: 'Use a union of literals with a Record table instead of an enum.' } },
    create: (context) => ({ TSEnumDeclaration: (node) => context.report({ node, messageId: 'enum' }) }),
  };
}
