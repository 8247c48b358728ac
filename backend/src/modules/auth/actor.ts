import type { Role } from '@atelier/contracts';
import type { ApiKeyClaims } from './api-keys/api-key-recognition.js';
import type { RequestOrigin } from './origin.js';
import type { SessionClaims } from './sessions/session-token.js';

/** Who is asking: the signed-in user, as the database knew them when this request began. */
export interface Actor {
  readonly id: number;
  readonly role: Role;
  readonly name: string;
  readonly email: string;
  /** The key that they ask with; undefined for a person who is signed in. */
  readonly apiKey?: ApiKeyClaims | undefined;
  /** Where the request came from; undefined for what no request asked for. */
  readonly origin?: RequestOrigin | undefined;
}

/** The user as the rest of the application knows them. */
export function actorOf(
  { id, role, name, email }: Actor,
  { apiKey, origin }: Pick<Actor, 'apiKey' | 'origin'> = {},
): Actor {
  return { id, role, name, email, ...(apiKey && { apiKey }), ...(origin && { origin }) };
}

declare global {
  // Passport puts what its strategies return into `request.user`; all of ours return an Actor.
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type Express's request
  namespace Express {
    interface User extends Actor {
      readonly id: number;
    }
    /** What a strategy found out besides the user. */
    interface AuthInfo {
      /** The user's session version at the moment the password was checked. */
      readonly sessionVersion?: number;
      /** The session that an access token or a stream ticket names. */
      readonly session?: SessionClaims;
      readonly apiKey?: ApiKeyClaims;
    }
  }
}
