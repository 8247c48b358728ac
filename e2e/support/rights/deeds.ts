import type { ApiKeyScope, CreatedUser, IssuedApiKey, Role, User } from '@atelier/contracts';
import type { Answer } from '../api-client.js';
import { ADMIN_RIGHTS, MEMBER_RIGHTS, type Right, rightsOf } from './probes.js';
import type { Account, Holder, World } from './world.js';

/** Numbers that stand for one of those that there are at the time. */
interface By {
  readonly actor: number;
}

export type Deed =
  | (By & { do: 'make key'; scopes: readonly ApiKeyScope[]; account: number; extra: Readonly<Record<string, unknown>> })
  | (By & { do: 'make user'; role: Role; isInvited: boolean; extra: Readonly<Record<string, unknown>> })
  | (By & { do: 'make service account'; role: Role })
  | (By & { do: 'change user'; account: number; change: { role?: Role; status?: 'active' | 'disabled' } })
  | (By & { do: 'rotate key' | 'revoke key'; key: number })
  | (By & { do: 'meddle with user'; account: number; field: string; value: unknown })
  | (By & { do: 'meddle with key'; key: number; field: string; value: unknown })
  | (By & { do: 'meddle with webhook'; field: string; value: unknown });

const MAX_HOLDERS = 10;

/** Does it as the actor would, and moves the model along when it was done. Throws when it should not have been, or should. */
export async function perform(world: World, deed: Deed): Promise<void> {
  const actor = world.holders[deed.actor % world.holders.length]!;
  const may = world.expectedRights(actor);
  switch (deed.do) {
    case 'make key':
      return makeKey(world, actor, may, deed);
    case 'make user':
      return makeUser(world, actor, may, deed);
    case 'make service account': {
      const { role } = deed;
      const answer = await actor.client.post<User>('/admin/service-accounts', { name: 'A program', role });
      if (isDone(answer, mayAppoint(actor, may, role))) world.addServiceAccount(answer.body);
      return;
    }
    case 'change user':
      return changeUser(world, actor, may, deed);
    case 'rotate key':
    case 'revoke key':
      return endSecret(world, actor, may, deed);
    case 'meddle with user': {
      const { id } = chosen(world.accounts, deed.account);
      const answer = await actor.client.patch(`/admin/users/${id}`, { [deed.field]: deed.value });
      isDone(answer, false);
      return;
    }
    case 'meddle with webhook': {
      const answer = await actor.client.patch(`/webhooks/${world.webhookId}`, { [deed.field]: deed.value });
      isDone(answer, false);
      return;
    }
    case 'meddle with key': {
      const target = keysOf(world).at(deed.key % Math.max(1, keysOf(world).length));
      if (target) isDone(await actor.client.patch(`/api-keys/${target.key.id}`, { [deed.field]: deed.value }), false);
    }
  }
}

async function makeKey(
  world: World,
  actor: Holder,
  may: ReadonlySet<Right>,
  { scopes, account, extra }: Extract<Deed, { do: 'make key' }>,
): Promise<void> {
  if (world.holders.length >= MAX_HOLDERS) return;
  const owner = chosen(world.accounts, account);
  const answer = await actor.client.post<IssuedApiKey>('/api-keys', {
    ...{ name: 'A key', scopes, user_id: owner.id },
    ...extra,
  });
  const isUsable = owner.role === 'admin' || scopes.every((scope) => !scope.startsWith('admin:'));
  const isExpected = mayActFor(actor, may, owner) && isUsable && Object.keys(extra).length === 0;
  if (!isDone(answer, isExpected)) return;
  // As an administrator's, a key may do what its maker may; the account that it acts for is another's only for programs.
  await assertNoMoreThan(may, world.addKey(owner, answer.body));
}

async function makeUser(
  world: World,
  actor: Holder,
  may: ReadonlySet<Right>,
  { role, isInvited, extra }: Extract<Deed, { do: 'make user' }>,
): Promise<void> {
  if (world.holders.length >= MAX_HOLDERS) return;
  const { password, ...person } = world.newPerson(role);
  const answer = await actor.client.post<CreatedUser>('/admin/users', {
    ...person,
    ...(isInvited ? {} : { password }),
    ...extra,
  });
  if (!isDone(answer, mayAppoint(actor, may, role) && Object.keys(extra).length === 0)) return;
  // To look after members is what the scope is for: what every member may do is nothing that its holder gains.
  await assertNoMoreThan(new Set([...may, ...MEMBER_RIGHTS]), await world.addPerson(answer.body));
}

async function changeUser(
  world: World,
  actor: Holder,
  may: ReadonlySet<Right>,
  { account, change }: Extract<Deed, { do: 'change user' }>,
): Promise<void> {
  const target = chosen(world.accounts, account);
  const answer = await actor.client.patch<User>(`/admin/users/${target.id}`, change);
  if (!isDone(answer, mayAppoint(actor, may, target.role, change.role))) return;
  target.role = change.role ?? target.role;
  target.isActive = change.status === undefined ? target.isActive : change.status === 'active';
  await world.renewSessionsOf(target);
  for (const holder of world.holders.filter((one) => one.account === target))
    await assertNoMoreThan(new Set([...may, ...MEMBER_RIGHTS]), holder);
}

async function endSecret(
  world: World,
  actor: Holder,
  may: ReadonlySet<Right>,
  deed: Extract<Deed, { do: 'rotate key' | 'revoke key' }>,
): Promise<void> {
  const target = keysOf(world).at(deed.key % Math.max(1, keysOf(world).length));
  if (!target) return;
  if (deed.do === 'revoke key') {
    // An administrator may end the key of anybody, and take the place of nobody.
    const isAllowed = may.has('session') && (actor.account === target.account || actor.account.role === 'admin');
    if (isDone(await actor.client.delete(`/api-keys/${target.key.id}`), isAllowed)) target.key.isLive = false;
    return;
  }
  const answer = await actor.client.post<IssuedApiKey>(`/api-keys/${target.key.id}/rotate`, { grace_seconds: 0 });
  if (!isDone(answer, target.key.isLive && mayActFor(actor, may, target.account))) return;
  const old = target.client;
  target.client = world.addKey(target.account, answer.body).client;
  world.holders.pop();
  const left = await rightsOf(old);
  if (left.size > 0) throw new Error(`A secret that was replaced still opens ${[...left].join(', ')}`);
}

/** Keys are made by people, for themselves and, by administrators, for programs. */
function mayActFor(actor: Holder, may: ReadonlySet<Right>, owner: Account): boolean {
  if (!may.has('session')) return false;
  return actor.account === owner || (actor.account.role === 'admin' && owner.kind === 'service');
}

/** Members are looked after by whoever has the scope, administrators by people who are signed in. */
function mayAppoint(actor: Holder, may: ReadonlySet<Right>, ...roles: readonly (Role | undefined)[]): boolean {
  return may.has('admin:users') && (!actor.key || !roles.includes('admin'));
}

async function assertNoMoreThan(creators: ReadonlySet<Right>, holder: Holder): Promise<void> {
  const gained = [...(await rightsOf(holder.client))].filter((right) => !creators.has(right));
  if (gained.length > 0) throw new Error(`It gives more than its creator has: ${gained.join(', ')}`);
}

function isDone({ status, body }: Answer<unknown>, isExpected: boolean): boolean {
  const done = status >= 200 && status < 300;
  if (done !== isExpected)
    throw new Error(`It was ${isExpected ? '' : 'not '}to be done, and answered ${status} ${JSON.stringify(body)}`);
  return done;
}

const chosen = (accounts: readonly Account[], number: number): Account => accounts[number % accounts.length]!;

type KeyHolder = Holder & { key: NonNullable<Holder['key']> };

const keysOf = ({ holders }: World): KeyHolder[] =>
  holders.filter((holder): holder is KeyHolder => holder.key !== undefined);

/** Every holder may do what the rules say, and not a thing more. */
export async function assertRights(world: World): Promise<void> {
  for (const holder of world.holders) {
    const [real, expected] = [await rightsOf(holder.client), world.expectedRights(holder)];
    const wrong = [...MEMBER_RIGHTS, ...ADMIN_RIGHTS].filter((right) => real.has(right) !== expected.has(right));
    if (wrong.length === 0) continue;
    const who = holder.key ? `a key with ${holder.key.scopes.join(', ')}` : 'a session';
    throw new Error(`${who} of a ${holder.account.role}: the rules say otherwise of ${wrong.join(', ')}`);
  }
}
