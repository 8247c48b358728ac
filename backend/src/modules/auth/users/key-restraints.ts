import type { Role } from '@atelier/contracts';
import type { Actor } from '../actor.js';
import { apiKeyScopeMissing } from '../api-keys/api-keys.errors.js';

/**
 * Who administers is decided by people who are signed in: an administrator made with a key could do everything that the
 * key can't, and so could whoever gets the invitation of one.
 * @param roles those that the account has, or is to have
 * @throws DomainError `auth.api_key_scope`
 */
export function assertMayAppoint(actor: Pick<Actor, 'apiKey'>, ...roles: readonly (Role | undefined)[]): void {
  if (actor.apiKey && roles.includes('admin')) throw apiKeyScopeMissing(undefined);
}

/**
 * Credits beyond the installation's usual ones are a grant, whatever they are given with.
 * @throws DomainError `auth.api_key_scope`
 */
export function assertMayGive(actor: Pick<Actor, 'apiKey'>, initialCredits: number | undefined): void {
  if (initialCredits === undefined || !actor.apiKey || actor.apiKey.scopes.includes('admin:credits')) return;
  throw apiKeyScopeMissing('admin:credits');
}
