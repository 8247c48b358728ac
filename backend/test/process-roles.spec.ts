import { type AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../src/app.js';
import { StudioService } from '../src/modules/studio/studio.service.js';
import { type Configuration, loadConfiguration } from '../src/platform/config/index.js';
import { addPerson, installations } from './installations.js';
import { mariadbUrl } from './mariadb.js';

const REQUEST = { prompt: 'a harbour', tier: 'standard', count: 2, aspect_ratio: '1:1', enhance: false } as const;

if (mariadbUrl === undefined) {
  test('a role of its own needs a database that is shared', () => {
    expect(() => loadConfiguration({ PROCESS_ROLE: 'worker' })).toThrow('needs DATABASE_URL');
  });
} else {
  describe('Processes that share the work', () => {
    const { prepare, start } = installations();

    const withRole = (configuration: Configuration, role: 'api' | 'worker'): Configuration =>
      loadConfiguration({
        DATA_DIR: configuration.dataDir,
        DATABASE_URL: configuration.databaseUrl,
        SECRET_KEY: configuration.secretKey,
        LOG_LEVEL: 'silent',
        PROCESS_ROLE: role,
      });
    const studioOf = (app: INestApplicationContext): StudioService => app.get(StudioService, { strict: false });

    test('an API process takes requests and makes no image, a worker makes it', async () => {
      const configuration = await prepare('MariaDB');
      const api = await start(withRole(configuration, 'api'));
      await addPerson(api, 7, 10);
      const person = { id: 7, email: 'person-7@example.com', name: 'Person', role: 'member' } as const;

      const { id } = await studioOf(api).generate(person, REQUEST);
      const unworked = await studioOf(api).wait(person, id, 2_000);
      await start(withRole(configuration, 'worker'));
      const worked = await studioOf(api).wait(person, id, 30_000);

      expect(unworked).toMatchObject({ status: 'queued', credits: { charged: 0 } });
      expect(worked).toMatchObject({ status: 'succeeded', credits: { charged: 2 } });
    });

    test('a worker answers its operators and nobody else', async () => {
      const configuration = withRole(await prepare('MariaDB'), 'worker');
      const app: NestExpressApplication = await createApp(configuration);
      try {
        await app.listen(0, '127.0.0.1');
        const { port } = app.getHttpServer().address() as AddressInfo;
        const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

        for (const path of ['/health/live', '/health/ready', '/metrics'])
          expect([path, await statusOf(path)]).toEqual([path, 200]);
        const closed = [
          '/',
          '/index.html',
          '/api/openapi.json',
          '/api/v1/auth/setup',
          '/api/v1/studio/options',
          '/static/x.png',
          '/metrics/',
          '/health/live/..',
        ];
        for (const path of closed) expect([path, await statusOf(path)]).toEqual([path, 404]);
        const login = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, { method: 'POST', body: '{}' });
        expect(login.status).toBe(404);
        expect(await login.json()).toMatchObject({ code: 'route.not_found' });
      } finally {
        await app.close();
      }
    });
  });
}
