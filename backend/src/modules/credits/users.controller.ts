import { Body, Controller, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CreateServiceAccountRequest,
  CreateUserRequest,
  CreatedUser,
  Invitation,
  UpdateUserRequest,
  User,
  UserIdParameter,
  UserPage,
  UserQuery,
} from '@atelier/contracts';
import { Answers, Refuses } from '../../platform/http/index.js';
import { type Actor, CurrentUser, RequireRole, RequireScope, UsersService } from '../auth/index.js';
import { MembersService } from './members.service.js';

@ApiTags('Users')
@RequireRole('admin')
@RequireScope('admin:users')
@Controller('api/v1/admin')
export class UsersController {
  constructor(
    @Inject(MembersService) private readonly members: MembersService,
    @Inject(UsersService) private readonly users: UsersService,
  ) {}

  @Get('users')
  @ApiOperation({ operationId: 'listUsers', summary: 'List the users with their balances' })
  @Answers(200, UserPage, 'One page of users, oldest first.')
  list(@Query({ schema: UserQuery }) query: UserQuery): Promise<UserPage> {
    return this.members.list(query);
  }

  @Post('users')
  @ApiOperation({
    operationId: 'createUser',
    summary: 'Create a user, with a password or an invitation link',
    description:
      'With an API key only members can be made, and `credits` given only with the scope `admin:credits` too.',
  })
  @Refuses('users.email_taken', 'auth.password_weak', 'auth.throttled')
  @Answers(201, CreatedUser, 'The user; the invitation link is shown this once.')
  create(
    @CurrentUser() user: Actor,
    @Body({ schema: CreateUserRequest }) request: CreateUserRequest,
  ): Promise<CreatedUser> {
    return this.members.create(user, request);
  }

  @Post('service-accounts')
  @ApiOperation({
    operationId: 'createServiceAccount',
    summary: 'Create an account for programs, which is used with API keys alone',
    description: 'It has credits of its own, appears among the users, and stays when its creator goes.',
  })
  @Answers(201, User, 'The account; make keys for it with its id.')
  createServiceAccount(
    @CurrentUser() user: Actor,
    @Body({ schema: CreateServiceAccountRequest }) request: CreateServiceAccountRequest,
  ): Promise<User> {
    return this.members.createServiceAccount(user, request);
  }

  @Patch('users/:id')
  @ApiOperation({
    operationId: 'updateUser',
    summary: 'Change a name, role or status',
    description: 'An API key can neither change an administrator nor make anybody one.',
  })
  @Refuses('users.not_found', 'users.last_admin')
  @Answers(200, User, 'The user after the change.')
  update(
    @CurrentUser() user: Actor,
    @Param('id', { schema: UserIdParameter }) id: number,
    @Body({ schema: UpdateUserRequest }) change: UpdateUserRequest,
  ): Promise<User> {
    return this.users.update(user, id, change);
  }

  @Post('users/:id/invitation')
  @ApiOperation({
    operationId: 'renewInvitation',
    summary: 'Make a new invitation link; the earlier one stops working',
  })
  @Refuses('users.not_found')
  @Answers(201, Invitation, 'The link, shown this once.')
  async renewInvitation(
    @CurrentUser() user: Actor,
    @Param('id', { schema: UserIdParameter }) id: number,
  ): Promise<Invitation> {
    return { invitation_url: await this.users.renewInvitation(user, id) };
  }
}
