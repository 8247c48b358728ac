import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ROOT } from './workspace.mjs';

/** @param {string} path */
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

const dockerfile = parseDockerfile(read('backend/Dockerfile'));
const compose = parse(read('docker-compose.yml'));
const composeText = read('docker-compose.yml');
const ignoreLines = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Instructions with continued lines joined and comments dropped. @param {string} text */
function parseDockerfile(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return lines
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => {
      const [, instruction = '', rest = ''] = /^\s*([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { instruction, rest: rest.trim().replace(/\s+/g, ' ') };
    });
}

/** @param {string} instruction */
const all = (instruction) => dockerfile.filter((line) => line.instruction === instruction).map(({ rest }) => rest);

/** The instructions of the last stage, which is the image. */
const runtime = dockerfile.slice(dockerfile.findLastIndex(({ instruction }) => instruction === 'FROM'));

/** @param {string} rest of a COPY instruction */
function parseCopy(rest) {
  const words = rest.split(' ');
  const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  return { stage, sources: words.filter((word) => !word.startsWith('--')).slice(0, -1) };
}

/** Whether Docker leaves the path out of the build context: the last line that matches decides. @param {string} path */
function isIgnored(path) {
  return ignoreLines.reduce((ignored, line) => {
    const pattern = line.replace(/^!/, '');
    const expression = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*\*\//g, '(?:.*/)?')
      .replace(/(?<![.)])\*/g, '[^/]*');
    return new RegExp(`^${expression}(/|$)`).test(path) ? !line.startsWith('!') : ignored;
  }, false);
}

describe('backend/Dockerfile', () => {
  const stages = all('FROM').map((rest) => /^(\S+) AS (\S+)$/.exec(rest)?.slice(1) ?? [rest, '']);

  it('pins its base images to the major of .nvmrc', () => {
    const names = stages.map(([, name]) => name);
    const bases = stages.map(([base = '']) => base).filter((base) => !names.includes(base));
    assert.ok(bases.length > 0);
    const major = read('.nvmrc').split('.')[0];
    for (const base of bases) assert.match(base, new RegExp(`^node:${major}-[a-z]+(-slim)?$`));
  });

  it('copies only what exists and is not left out of the context', () => {
    const copied = all('COPY')
      .map(parseCopy)
      .filter(({ stage }) => stage === undefined)
      .flatMap(({ sources }) => sources);
    assert.ok(copied.includes('package-lock.json'));
    for (const source of copied) {
      assert.ok(existsSync(join(ROOT, source)), `${source} does not exist`);
      assert.ok(!isIgnored(source), `${source} is in .dockerignore`);
    }
  });

  it('leaves secrets, data, results and tests out of the context', () => {
    const left = [
      '.env',
      'data/secret.key',
      '.git/config',
      'node_modules/x/index.js',
      '--max-semi-space-size=8',
      'backend/dist/main.js',
    ];
    for (const path of [...left, 'backend/src/app.spec.ts', 'backend/test/test-app.ts'])
      assert.ok(isIgnored(path), path);
    for (const path of ['backend/src/main.ts', 'admin-console/src/index.html', 'tools/start.mjs'])
      assert.ok(!isIgnored(path), path);
  });

  it('copies between stages that exist', () => {
    const froms = all('COPY').flatMap((rest) => parseCopy(rest).stage ?? []);
    for (const stage of froms)
      assert.ok(
        stages.some(([, name]) => name === stage),
        stage,
      );
  });

  it('runs the backend as a non-root user with production packages only', () => {
    const users = runtime.filter(({ instruction }) => instruction === 'USER').map(({ rest }) => rest);
    assert.deepEqual(users, ['node']);
    assert.ok(all('RUN').some((rest) => /npm ci --omit=dev --ignore-scripts/.test(rest)));
    assert.deepEqual(
      runtime.filter(({ instruction }) => instruction === 'CMD').map(({ rest }) => JSON.parse(rest)),
      [['node', '--max-semi-space-size=8', 'backend/dist/main.js']],
    );
  });

  it('keeps its data in a volume and watches /health/live', () => {
    const environment = runtime
      .filter(({ instruction }) => instruction === 'ENV')
      .map(({ rest }) => rest)
      .join(' ');
    for (const setting of ['HOST=0.0.0.0', 'PORT=8000', 'DATA_DIR=/data', 'NODE_ENV=production'])
      assert.ok(environment.includes(setting), setting);
    assert.ok(runtime.some(({ instruction, rest }) => instruction === 'VOLUME' && rest === '/data'));
    assert.ok(runtime.some(({ instruction, rest }) => instruction === 'HEALTHCHECK' && rest.includes('/health/live')));
  });
});

describe('docker-compose.yml', () => {
  /** @type {[string, any][]} */
  const services = Object.entries(compose.services);

  it('builds the product and pins what it runs beside it', () => {
    assert.deepEqual(Object.keys(compose.services).sort(), ['atelier', 'mysql', 'redis']);
    assert.ok(existsSync(join(ROOT, compose.services.atelier.build.dockerfile)));
    for (const [name, { image }] of services)
      if (name !== 'atelier') assert.match(image, /^[a-z]+:\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it('takes variables that .env.example explains', () => {
    const used = [...composeText.matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)].map(([, name]) => name);
    const explained = new Set([...read('.env.example').matchAll(/^#?([A-Z0-9_]+)=/gm)].map(([, name]) => name));
    assert.ok(used.length > 5);
    for (const name of used) assert.ok(explained.has(name), `${name} is not in .env.example`);
  });

  it('sets no variable that the backend does not read', () => {
    const known = new Set(
      [...read('backend/src/platform/config/variables.ts').matchAll(/^ {2}([A-Z0-9_]+): /gm)].map(([, name]) => name),
    );
    for (const name of Object.keys(compose.services.atelier.environment)) assert.ok(known.has(name), name);
  });

  it('has no default for a password', () => {
    for (const [, name, rest] of composeText.matchAll(
      /(?<!\$)\$\{([A-Z0-9_]*(?:PASSWORD|SECRET|KEY)[A-Z0-9_]*)([^}]*)\}/g,
    )) {
      assert.ok(rest?.startsWith(':?') || rest === ':-', `${name}${rest}`);
    }
    assert.ok(/\$\{MYSQL_PASSWORD:\?/.test(composeText) && /\$\{REDIS_PASSWORD:\?/.test(composeText));
  });

  it('publishes the product on loopback and nothing else', () => {
    for (const [name, { ports = [] }] of services) {
      assert.equal(ports.length, name === 'atelier' ? 1 : 0, name);
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    }
  });

  it('starts the product when its services are healthy, and all of them again', () => {
    for (const [name, condition] of Object.entries(compose.services.atelier.depends_on)) {
      assert.deepEqual(condition, { condition: 'service_healthy' });
      assert.ok(compose.services[name].healthcheck.test.length > 0, name);
    }
    for (const [name, { restart }] of services) assert.equal(restart, 'unless-stopped', name);
  });

  it('keeps data in named volumes', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((/** @type {string} */ volume) => volume.split(':')[0]),
    );
    assert.deepEqual(mounted.sort(), Object.keys(compose.volumes).sort());
  });
});

describe('.env.example', () => {
  it('explains every variable that the backend reads', () => {
    const explained = read('.env.example');
    const known = [...read('backend/src/platform/config/variables.ts').matchAll(/^ {2}([A-Z0-9_]+): /gm)].map(
      ([, name]) => name,
    );
    assert.ok(known.length >= 10);
    for (const name of known) assert.match(explained, new RegExp(`^#${name}=`, 'm'), name);
  });
});
