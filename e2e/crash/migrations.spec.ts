import { describe, expect, it } from '@jest/globals';
import { signIn } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { makeImage } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { audit } from './audit/audit.js';
import { CrashableServer } from './crashable-server.js';
import { MIGRATION_POINTS } from './points.js';

const database = databaseUnderTest();
const points = MIGRATION_POINTS.filter(({ only }) => only === undefined || only === database);

describe('a process that migrates an empty database', () => {
  it('may be killed at any statement: the next one goes on where it stopped', async () => {
    const server = await CrashableServer.start(database);
    try {
      await server.emptyDatabase();
      for (const { at } of points) await server.dieInTheNextStart(at);
      await server.startAgain();

      const { client } = await createMember(server.current, await signIn(server), 1);
      await makeImage(client);
      expect((await audit(server.installation, { isQuiescent: true })).violations).toEqual([]);
    } finally {
      await server.dispose();
    }
  }, 180_000);
});
