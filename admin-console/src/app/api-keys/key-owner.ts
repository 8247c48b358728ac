import type { Role } from '@atelier/contracts';

/** An account that a key can be made for. */
export interface KeyOwner {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}
