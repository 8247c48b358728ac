import { Inject, Injectable } from '@nestjs/common';
import type {
  CreateServiceAccountRequest,
  CreateUserRequest,
  CreatedUser,
  Me,
  User,
  UserPage,
  UserQuery,
} from '@atelier/contracts';
import { type Actor, UsersService } from '../auth/index.js';
import { CreditsService } from './credits.service.js';

/** Users seen together with their credits. */
@Injectable()
export class MembersService {
  constructor(
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(CreditsService) private readonly credits: CreditsService,
  ) {}

  async me(user: Actor): Promise<Me> {
    const { available, held } = await this.credits.balanceOf(user.id);
    const { id, email, name, role } = user;
    return { id, email, name, role, credits: { available, held } };
  }

  async list(query: UserQuery): Promise<UserPage> {
    const { users, nextCursor } = await this.users.list(query);
    const balances = await this.credits.balancesOf(users.map(({ id }) => id));
    return {
      data: users.map((user) => {
        const { available = 0, held = 0 } = balances.get(user.id) ?? {};
        return { ...user, credits: { available, held } };
      }),
      has_more: nextCursor !== null,
      next_cursor: nextCursor,
    };
  }

  createServiceAccount(actor: Actor, { credits, ...account }: CreateServiceAccountRequest): Promise<User> {
    return this.users.createServiceAccount(actor, { ...account, initialCredits: credits });
  }

  async create(actor: Actor, { credits, ...newUser }: CreateUserRequest): Promise<CreatedUser> {
    const { user, invitationUrl } = await this.users.create(actor, { ...newUser, initialCredits: credits });
    return { ...user, ...(invitationUrl === undefined ? {} : { invitation_url: invitationUrl }) };
  }
}
