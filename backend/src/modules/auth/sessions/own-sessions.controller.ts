import { Controller, Delete, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { EndedSessions, OwnSessionPage, OwnSessionQuery, Uuid } from '@atelier/contracts';
import { Answers, AnswersNothing, Refuses } from '../../../platform/http/index.js';
import type { Actor } from '../actor.js';
import { CurrentSession } from '../guards/current-session.decorator.js';
import { CurrentUser } from '../guards/current-user.decorator.js';
import { OwnSessionsService } from './own-sessions.service.js';
import type { SessionClaims } from './session-token.js';

@ApiTags('Session')
@Controller('api/v1/auth/sessions')
export class OwnSessionsController {
  constructor(@Inject(OwnSessionsService) private readonly sessions: OwnSessionsService) {}

  @Get()
  @ApiOperation({ operationId: 'listOwnSessions', summary: 'Where you are signed in' })
  @Answers(200, OwnSessionPage, 'One page of your sessions that are alive, newest first.')
  list(
    @CurrentSession() session: SessionClaims,
    @Query({ schema: OwnSessionQuery }) query: OwnSessionQuery,
  ): Promise<OwnSessionPage> {
    return this.sessions.list(session, query);
  }

  @Delete()
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'Sign out everywhere else' })
  @Answers(200, EndedSessions, 'Every session but this one has ended.')
  endOthers(@CurrentUser() user: Actor, @CurrentSession() session: SessionClaims): Promise<EndedSessions> {
    return this.sessions.endOthers(user, session);
  }

  @Delete(':id')
  @ApiOperation({
    operationId: 'endOwnSession',
    summary: 'End one of your sessions',
    description:
      'Its access tokens are refused from the next request on. A stream of events that it has open ends within half a minute.',
  })
  @Refuses('auth.session_not_found')
  @AnswersNothing('Ended.')
  end(@CurrentUser() user: Actor, @Param('id', { schema: Uuid }) id: string): Promise<void> {
    return this.sessions.end(user, id);
  }
}
