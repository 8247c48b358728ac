import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './workspace.mjs';

/*
 * Joins what swc has compiled, and the packages it needs, to one file per program. Finding, reading and linking three
 * thousand small modules takes most of a start; the modules themselves stay beside it for whoever imports one of them.
 */

const OUTPUT = join(ROOT, 'backend', 'dist');
const BUNDLE = join(OUTPUT, 'bundle');

/** The programs as people start them, by the name of their bundle. */
const PROGRAMS = {
  main: 'main',
  backup: 'maintenance/backup',
  restore: 'maintenance/restore',
  'rotate-key': 'maintenance/rotate-key',
  'verify-audit': 'maintenance/verify-audit',
};

/** Packages that stay modules of their own. */
const KEPT = [
  // Machine code.
  ...['@node-rs/argon2', 'better-sqlite3', 'canvas', 'sharp'],
  // Finds files or threads next to its own, and what it shares with others.
  ...['piscina', 'pino', 'pino-pretty', 'pino-std-serializers', 'swagger-ui-dist'],
  // Loaded only where a setting asks for it.
  ...['@aws-sdk/client-s3', 'bullmq', 'ioredis', 'mysql2'],
  // Shares its state with the exporters, and with what an operator may load before the product.
  '@opentelemetry/*',
  // Changes a global that others need when they are loaded: it comes first.
  'reflect-metadata',
];

/** What NestJS and TypeORM would use if it was installed. */
const ABSENT = [
  ...['@nestjs/microservices', '@nestjs/websockets', '@fastify/static', 'class-transformer', 'class-validator'],
  ...['@google-cloud/spanner', '@sap/hana-client', 'hdb-pool', 'mongodb', 'mssql', 'oracledb', 'pg', 'pg-native'],
  ...['pg-query-stream', 'react-native-sqlite-storage', 'redis', 'sql.js', 'sqlite3', 'typeorm-aurora-data-api-driver'],
  ...['ts-morph', 'typescript'],
];

/** A module that looks for files beside itself finds them where it was. @type {import('esbuild').Plugin} */
const ownAddresses = {
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter: /backend[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      const address = relative(BUNDLE, path).split(sep).join('/');
      const contents = await readFile(path, 'utf8');
      return { contents: contents.replaceAll('import.meta.url', `new URL('${address}', import.meta.url).href`) };
    });
  },
};

/**
 * What a package asks for by a `require` of its own making is asked for by the common one: joined as well, instead of
 * loaded a second time. @type {import('esbuild').Plugin}
 */
const commonRequire = {
  name: 'common require',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/]@nestjs[\\/].*\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      return { contents: contents.replace('const require = createRequire(import.meta.url);', '') };
    });
  },
};

/** What a program's file was: whoever measures it wants to see which module takes how long. @param {string} program */
const unbundled = (program) => join(OUTPUT, `${program}.unbundled.js`);

for (const program of Object.values(PROGRAMS)) await rename(join(OUTPUT, `${program}.js`), unbundled(program));
await build({
  entryPoints: Object.fromEntries(Object.entries(PROGRAMS).map(([name, program]) => [name, unbundled(program)])),
  outdir: BUNDLE,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Classes are asked for their names, by the framework and in what is logged.
  keepNames: true,
  sourcemap: true,
  external: [...KEPT, ...ABSENT],
  plugins: [ownAddresses, commonRequire],
  banner: {
    js: `import 'reflect-metadata'; import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
  },
  logLevel: 'warning',
});
for (const [name, program] of Object.entries(PROGRAMS)) {
  const bundle = program.includes('/') ? `../bundle/${name}.js` : `./bundle/${name}.js`;
  await writeFile(join(OUTPUT, `${program}.js`), `import '${bundle}';\n`);
}
