import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Me } from '@atelier/contracts';
import { Answers } from '../../platform/http/index.js';
import { Repeatable } from '../../platform/http/answer-memory/index.js';
import { type Actor, CurrentUser, RequireScope } from '../auth/index.js';
import { MembersService } from './members.service.js';

@ApiTags('Session')
@RequireScope('credits:read')
@Controller('api/v1/auth/me')
export class MeController {
  constructor(@Inject(MembersService) private readonly members: MembersService) {}

  @Get()
  @Repeatable()
  @ApiOperation({ operationId: 'getMe', summary: 'Who you are and what you can spend' })
  @Answers(200, Me, 'You.')
  me(@CurrentUser() user: Actor): Promise<Me> {
    return this.members.me(user);
  }
}
