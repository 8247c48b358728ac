import { Body, Controller, Inject, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SessionUser, UpdateMeRequest } from '@atelier/contracts';
import { Answers } from '../../../platform/http/index.js';
import type { Actor } from '../actor.js';
import { CurrentUser } from '../guards/current-user.decorator.js';
import { ProfileService } from './profile.service.js';

@ApiTags('Session')
@Controller('api/v1/auth/me')
export class ProfileController {
  constructor(@Inject(ProfileService) private readonly profile: ProfileService) {}

  @Patch()
  @ApiOperation({ operationId: 'updateMe', summary: 'Change your name' })
  @Answers(200, SessionUser, 'You, after the change.')
  update(@CurrentUser() user: Actor, @Body({ schema: UpdateMeRequest }) change: UpdateMeRequest): Promise<SessionUser> {
    return this.profile.update(user, change);
  }
}
