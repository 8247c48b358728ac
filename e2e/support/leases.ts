import type { Server } from './server.js';
import { tamper } from './tampering.js';

/**
 * Ends the leases of whoever died. On a shared database they last for up to a minute, and of those that really run out
 * there is a test of its own (several processes); on SQLite the next process knows by itself that the last one is dead.
 */
export async function endLeases(server: Pick<Server, 'databaseUrl' | 'dataDir'>): Promise<void> {
  if (server.databaseUrl === null) return;
  await tamper(server, `UPDATE generation_item SET lease_until = 1 WHERE state = 'RUNNING'`);
  await tamper(server, `UPDATE webhook_delivery SET lease_until = 1 WHERE status = 'pending'`);
}
