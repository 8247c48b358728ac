import type { Role } from '@atelier/contracts';

/** Who is asking: the signed-in user, as the database knew them when this request began. */
export interface Actor {
  readonly id: number;
  readonly role: Role;
  readonly name: string;
  readonly email: string;
}

declare global {
  // Passport puts what its strategies return into `request.user`; both of ours return an Actor.
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type Express's request
  namespace Express {
    interface User extends Actor {
      readonly id: number;
    }
    /** What a strategy found out besides the user. */
    interface AuthInfo {
      /** The user's session version at the moment the password was checked. */
      readonly sessionVersion?: number;
    }
  }
}
