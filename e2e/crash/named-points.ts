import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signIn } from '../support/api-client.js';
import { databaseUnderTest } from '../support/database.js';
import { createMember } from '../support/members.js';
import { IS_LONG_RUN } from '../support/run-length.js';
import type { Environment } from '../support/server-process.js';
import { audit } from './audit/audit.js';
import { CrashableServer } from './crashable-server.js';
import { DEEDS, type People } from './deeds.js';
import { type CrashPoint, type DeedName, longRunOf, shortRunOf } from './points.js';

/** What the product needs besides its database. */
export interface Surroundings {
  start(): Promise<Environment>;
  /** The product is there. */
  started?(people: People): Promise<void>;
  beforeEach(deed: DeedName): void;
  /** The deed is done, in spite of all. */
  settled?(point: CrashPoint): void;
  stop(): Promise<void>;
}

const ALONE: Surroundings = { start: async () => ({}), beforeEach: () => undefined, stop: async () => undefined };

/** Kills a process at each of the points that the filter picks, and sees that the next one puts everything right. */
export function describeKills(
  title: string,
  isWanted: (point: CrashPoint) => boolean,
  surroundings: Surroundings = ALONE,
): void {
  const database = databaseUnderTest();
  const points = (IS_LONG_RUN ? longRunOf : shortRunOf)(database).filter(isWanted);

  describe(title, () => {
    const verified = new Set<string>();
    let server: CrashableServer;
    let people: People;

    beforeAll(async () => {
      server = await CrashableServer.start(database, await surroundings.start());
      const admin = await signIn(server);
      const { client, id } = await createMember(server.current, admin, 1_000);
      people = { admin, member: client, memberId: id };
      await surroundings.started?.(people);
    });

    afterAll(async () => {
      await server.dispose();
      await surroundings.stop();
    });

    it.each(points)('killed during $deed at $at, leaves nothing that is not put right', async (point) => {
      const { deed: name, at } = point;
      surroundings.beforeEach(name);
      const deed = await DEEDS[name](server, people);

      await deed.dieAt(at);
      await server.restart();

      await deed.settle();
      surroundings.settled?.(point);
      expect((await audit(server.installation, { isQuiescent: true, verified })).violations).toEqual([]);
    });
  });
}
