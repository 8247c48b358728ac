import type {
  ApiKeyScope,
  CreatedUser,
  IssuedApiKey,
  IssuedWebhook,
  Role,
  SessionGrant,
  User,
} from '@atelier/contracts';
import { type ApiClient, anonymous, signIn, withToken } from '../api-client.js';
import type { Server } from '../server.js';
import { ADMIN_RIGHTS, MEMBER_RIGHTS, type Right } from './probes.js';

const PASSWORD = 'lantern-velvet-38-orchard';

export interface Account {
  readonly id: number;
  readonly kind: 'person' | 'service';
  readonly email: string;
  role: Role;
  isActive: boolean;
}

/** A session of a person, or a key of an account. */
export interface Holder {
  readonly account: Account;
  readonly key: { readonly id: string; readonly scopes: readonly ApiKeyScope[]; isLive: boolean } | undefined;
  client: ApiClient;
}

/** What there is, as it should be: an administrator and a member with a key each, and whatever they make of it. */
export class World {
  readonly accounts: Account[] = [];
  readonly holders: Holder[] = [];
  /** The member's. */
  webhookId = '';

  private constructor(
    readonly server: Server,
    private readonly name: string,
  ) {}

  static async begin(server: Server, root: ApiClient, name: string): Promise<World> {
    const world = new World(server, name);
    for (const role of ['admin', 'member'] as const) {
      const { status, body } = await root.post<CreatedUser>('/admin/users', world.newPerson(role));
      if (status !== 201) throw new Error(`The ${role} was not made: ${status}`);
      const { account, client } = await world.addPerson(body);
      const scopes = role === 'admin' ? ['admin:users'] : ['generate'];
      const issued = await client.post<IssuedApiKey>('/api-keys', { name: 'The first', scopes });
      world.addKey(account, issued.body);
      const hook = { url: 'https://shop.example/hooks', events: ['credits.low'] };
      world.webhookId = (await client.post<IssuedWebhook>('/webhooks', hook)).body.id;
    }
    return world;
  }

  newPerson(role: Role): { email: string; name: string; role: Role; password: string } {
    const email = `${this.name}-${this.accounts.length}@atelier.test`;
    return { email, name: `A ${role}`, role, password: PASSWORD };
  }

  /** Adds the account and a session of it; an invited person accepts first, as whoever has the link could. */
  async addPerson({ id, email, role, invitation_url: link }: CreatedUser): Promise<Holder> {
    if (link !== undefined) await this.accept(link);
    const account: Account = { id, kind: 'person', email, role, isActive: true };
    this.accounts.push(account);
    return this.add({ account, key: undefined, client: await this.signIn(account) });
  }

  addServiceAccount({ id, email, role }: User): void {
    this.accounts.push({ id, kind: 'service', email, role, isActive: true });
  }

  addKey(account: Account, { id, key, scopes }: IssuedApiKey): Holder {
    return this.add({ account, key: { id, scopes, isLive: true }, client: withToken(this.server, key) });
  }

  /** After a change of rights the sessions of a person have to be begun again. */
  async renewSessionsOf(account: Account): Promise<void> {
    const sessions = this.holders.filter((holder) => holder.account === account && !holder.key);
    if (sessions.length === 0 || !account.isActive) return;
    const client = await this.signIn(account);
    for (const session of sessions) session.client = client;
  }

  /** What a holder may do, by the rules. */
  expectedRights({ account, key }: Holder): Set<Right> {
    if (!account.isActive || (key && !key.isLive)) return new Set();
    const ofRole = account.role === 'admin' ? [...MEMBER_RIGHTS, ...ADMIN_RIGHTS] : MEMBER_RIGHTS;
    return new Set(ofRole.filter((right) => !key || (right !== 'session' && key.scopes.includes(right))));
  }

  private add(holder: Holder): Holder {
    this.holders.push(holder);
    return holder;
  }

  private signIn({ email }: Account): Promise<ApiClient> {
    return signIn(this.server, { email, password: PASSWORD });
  }

  private async accept(link: string): Promise<void> {
    const token = new URL(link).hash.replace('#token=', '');
    const { status } = await anonymous(this.server).post<SessionGrant>('/auth/invitation', {
      token,
      password: PASSWORD,
    });
    if (status !== 200) throw new Error(`The invitation was answered ${status}`);
  }
}
