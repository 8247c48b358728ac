import type { ServerResponse } from 'node:http';
import { STREAM_OPENED } from '../http/event-stream.js';
import type { Claim, Counted } from './counts.js';

/** On the response itself, which ends with it: nothing has to be looked up, and no table be kept tidy. */
const NOTE = Symbol('counted');

interface Note<One extends Claim> {
  readonly claims: One[];
  readonly held: Counted[];
}

type NotedResponse<One extends Claim> = ServerResponse & { [NOTE]?: Note<One> };

/** Notes on a response whose requests its own was counted among. */
export function noteClaims<One extends Claim>(response: NotedResponse<One>, claims: readonly One[]): void {
  noteOf(response).claims.push(...claims);
}

/** Those whose requests this one was counted among; undefined where it was not counted at all. */
export const claimsOf = <One extends Claim>(response: NotedResponse<One>): readonly One[] | undefined =>
  response[NOTE]?.claims;

/** Listens once for each response, however many limits it is counted for: others listen to its end as well. */
export function holdUntilAnswered(response: NotedResponse<Claim>, counted: Counted): void {
  // A client that has gone while it was counted closes nothing any more.
  if (response.closed) {
    counted.release();
    return;
  }
  const { held } = noteOf(response);
  held.push(counted);
  if (held.length > 1) return;
  const leave = (): void => held.splice(0).forEach((one) => one.release());
  response.once('close', leave).once(STREAM_OPENED, leave);
}

const noteOf = <One extends Claim>(response: NotedResponse<One>): Note<One> =>
  (response[NOTE] ??= { claims: [], held: [] });
