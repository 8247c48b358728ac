import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signIn } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { createMember } from '../support/members.js';
import { audit } from './audit/audit.js';
import { CrashableServer } from './crashable-server.js';
import { DEEDS, type People } from './deeds.js';
import { CRASH_POINTS, type CrashPoint } from './points.js';

/** Kills a process at each of the points that the filter picks, and sees that the next one puts everything right. */
export function describeKills(title: string, isWanted: (point: CrashPoint) => boolean): void {
  const database = databaseUnderTest();
  const isLong = process.env['CRASH_RUN'] === 'long';
  const points = CRASH_POINTS.filter(
    (point) =>
      isWanted(point) &&
      (point.only === undefined || point.only === database) &&
      (isLong || database === 'sqlite' || point.isDetail !== true),
  );

  describe(title, () => {
    const verified = new Set<string>();
    let server: CrashableServer;
    let people: People;

    beforeAll(async () => {
      server = await CrashableServer.start(database);
      const admin = await signIn(server);
      const { client, id } = await createMember(server.current, admin, 1_000);
      people = { admin, member: client, memberId: id };
    });

    afterAll(() => server.dispose());

    it.each(points)('killed during $deed at $at, leaves nothing that is not put right', async ({ deed: name, at }) => {
      const deed = await DEEDS[name](server, people);

      await deed.dieAt(at);
      await server.restart();

      await deed.settle();
      expect((await audit(server.installation, { isQuiescent: true, verified })).violations).toEqual([]);
    });
  });
}
