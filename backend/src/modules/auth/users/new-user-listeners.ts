import { Injectable } from '@nestjs/common';
import type { Role } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../actor.js';

/** A user whose row has just been inserted and is not committed yet. */
export interface Newcomer {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Credits that the creator asked for; undefined stands for the installation's default. */
  readonly initialCredits: number | undefined;
}

export interface NewUserListener {
  /**
   * Adds what a new user needs from another module, in the transaction that creates the user.
   * @param tx the only way to the database; rejecting undoes the user as well
   * @param actor who created the user; null for set-up and the environment's administrator
   */
  onUserCreated(tx: EntityManager, newcomer: Newcomer, actor: Actor | null): Promise<void>;
}

/** Lets modules that build on this one take part in the creation of users; they add themselves in `onModuleInit`. */
@Injectable()
export class NewUserListeners {
  readonly #listeners: NewUserListener[] = [];

  add(listener: NewUserListener): void {
    this.#listeners.push(listener);
  }

  async tell(tx: EntityManager, newcomer: Newcomer, actor: Actor | null): Promise<void> {
    for (const listener of this.#listeners) await listener.onUserCreated(tx, newcomer, actor);
  }
}
