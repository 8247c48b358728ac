import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { parse } from 'yaml';
import { ENGINE } from './engine.mjs';
import { ROOT } from './workspace.mjs';

/** @param {string} path */
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

const dockerfile = parseDockerfile(read('backend/Dockerfile'));
const compose = parse(read('docker-compose.yml'), { merge: true });
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

/** The package of what an import names. @param {string} name */
const packageOf = (name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

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
    const left = ['.env', 'data/secret.key', '.git/config', 'node_modules/x/index.js', 'backend/dist/main.js'];
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
      [['node', ...ENGINE, 'backend/dist/main.js']],
    );
  });

  it('has every package that the backend imports', () => {
    const { dependencies } = JSON.parse(read('package.json'));
    const files = globSync('backend/{src,contracts}/**/*.ts', {
      cwd: ROOT,
      exclude: ['**/dist/**', '**/*.spec.ts', '**/testing/**'],
    });
    const missing = files.flatMap((file) =>
      ts
        .preProcessFile(read(file))
        .importedFiles.map(({ fileName }) => fileName)
        .filter((name) => !name.startsWith('.') && !isBuiltin(name) && !name.startsWith('@atelier/'))
        .filter((name) => dependencies[packageOf(name)] === undefined)
        .map((name) => `${file}: ${name}`),
    );
    assert.ok(files.length > 300);
    assert.deepEqual(missing, []);
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
  /** Those that run the product. */
  const product = services.filter(([, { build }]) => build !== undefined);
  const productNames = product.map(([name]) => name);

  it('runs one process of the product with MySQL and Redis, and several only when asked for the profile scale', () => {
    const named = (/** @type {boolean} */ isScaled) =>
      services.filter(([, { profiles }]) => (profiles?.join() === 'scale') === isScaled).map(([name]) => name);
    assert.deepEqual(named(false).sort(), ['atelier', 'mysql', 'redis']);
    assert.deepEqual(named(true).sort(), ['api', 'balancer', 's3', 'scaled-mysql', 'scaled-redis', 'worker']);
    for (const [name, { profiles }] of services) assert.ok(['scale', undefined].includes(profiles?.join()), name);
  });

  it('builds the product and pins what it runs beside it', () => {
    assert.deepEqual(productNames, ['atelier', 'api', 'worker']);
    for (const [, { build }] of product) assert.ok(existsSync(join(ROOT, build.dockerfile)));
    for (const [name, { image }] of services)
      if (!productNames.includes(name)) assert.match(image, /^[a-z]+(\/[a-z]+)?:v?\d+(\.\d+){0,2}(-[a-z]+)?$/);
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
    for (const [, { environment }] of product)
      for (const name of Object.keys(environment)) assert.ok(known.has(name), name);
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
      assert.equal(ports.length, ['atelier', 'balancer'].includes(name) ? 1 : 0, name);
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    }
  });

  it('starts the product when its services are healthy, and all of them again', () => {
    for (const [name, { depends_on = {}, profiles = [] }] of services) {
      for (const [other, condition] of Object.entries(depends_on)) {
        assert.deepEqual(condition, { condition: 'service_healthy' });
        const { healthcheck, profiles: otherProfiles = [] } = compose.services[other];
        // The product's image has a health check of its own.
        assert.ok(healthcheck?.test.length > 0 || productNames.includes(other), other);
        assert.deepEqual(otherProfiles, profiles, `${name} and ${other} are not started together`);
      }
    }
    for (const [name, { restart }] of services) assert.equal(restart, 'unless-stopped', name);
  });

  it('keeps data in named volumes', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((/** @type {string} */ volume) => volume.split(':')[0]),
    );
    assert.deepEqual([...new Set(mounted)].sort(), Object.keys(compose.volumes).sort());
  });

  it('confines every process of the product alike, and gives it the time to finish', () => {
    const [, atelier] = product.find(([name]) => name === 'atelier') ?? [];
    for (const [name, service] of product) {
      for (const key of ['init', 'read_only', 'cap_drop', 'security_opt', 'tmpfs', 'stop_grace_period', 'build'])
        assert.deepEqual(service[key], atelier[key], `${key} of ${name}`);
      assert.ok(parseInt(service.stop_grace_period, 10) >= 20);
    }
  });
});

describe('the scale profile', () => {
  const { api, worker, balancer, s3, ...others } = compose.services;

  it('has two API and three worker processes, which differ in nothing but their role', () => {
    assert.deepEqual([api.deploy.replicas, worker.deploy.replicas], [2, 3]);
    assert.deepEqual([api.environment.PROCESS_ROLE, worker.environment.PROCESS_ROLE], ['api', 'worker']);
    const alike = (/** @type {any} */ { deploy: _, environment, ...rest }) => ({
      ...rest,
      environment: { ...environment, PROCESS_ROLE: 'the role' },
    });
    assert.deepEqual(alike(api), alike(worker));
  });

  it('shares one master key, database, Redis and bucket between them', () => {
    const { environment, volumes } = api;
    assert.match(environment.DATABASE_URL, /@scaled-mysql:3306\//);
    assert.match(environment.REDIS_URL, /@scaled-redis:6379$/);
    assert.ok(s3.environment.ROOT_ACCESS_KEY_ID === environment.S3_ACCESS_KEY_ID);
    assert.ok(s3.environment.ROOT_SECRET_ACCESS_KEY === environment.S3_SECRET_ACCESS_KEY);
    assert.ok(s3.entrypoint.at(-1).includes(`/objects/${environment.S3_BUCKET} `));
    assert.ok(s3.entrypoint.at(-1).includes(`--port :${new URL(environment.S3_ENDPOINT).port} `));
    // Given in .env, or else generated in the folder that all of them have.
    assert.equal(environment.SECRET_KEY, '${SECRET_KEY:-}');
    assert.deepEqual(volumes, ['scaled-data:/data']);
  });

  it('keeps apart from the data of the single process, which are not laid out for it', () => {
    const volumesOf = (/** @type {any} */ { volumes = [] }) =>
      volumes.map((/** @type {string} */ one) => one.split(':')[0]);
    const single = [others.atelier, others.mysql, others.redis].flatMap(volumesOf);
    const scaled = [api, s3, others['scaled-mysql'], others['scaled-redis']].flatMap(volumesOf);
    assert.equal(scaled.length, 4);
    for (const volume of scaled) assert.ok(!single.includes(volume), volume);
    for (const name of ['mysql', 'redis']) {
      assert.equal(others[`scaled-${name}`].image, others[name].image);
      assert.deepEqual(others[`scaled-${name}`].healthcheck, others[name].healthcheck);
    }
  });

  it('has a Redis that keeps what it is given and evicts nothing', () => {
    const command = others['scaled-redis'].command.join(' ');
    for (const setting of [
      '--appendonly yes',
      '--appendfsync everysec',
      '--maxmemory-policy noeviction',
      '--requirepass',
    ])
      assert.ok(command.includes(setting), setting);
  });

  it('sends requests to the API processes, and events on at once', () => {
    const [{ source, target }] = balancer.configs;
    const { content } = compose.configs[source];
    assert.equal(target, '/etc/caddy/Caddyfile');
    assert.match(content, /dynamic a api 8000 \{/);
    assert.match(content, /flush_interval -1/);
    const [, seconds] = /response_header_timeout (\d+)s/.exec(content) ?? [];
    assert.ok(Number(seconds) > 60, 'a request may wait for its images for a minute');
    assert.deepEqual(Object.keys(balancer.depends_on), ['api', 'worker']);
    assert.match(balancer.ports[0], /:8000$/);
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
