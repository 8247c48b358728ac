import { Body, Controller, Get, Header, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  AcceptInvitationRequest,
  LoginRequest,
  PasswordChangeRequest,
  SessionGrant,
  SetupRequest,
  SetupStatus,
} from '@atelier/contracts';
import type { Request, Response } from 'express';
import { Answers, AnswersNothing, Public, Refuses } from '../../platform/http/index.js';
import type { Actor } from './actor.js';
import { AuthService } from './auth.service.js';
import { CurrentUser } from './guards/current-user.decorator.js';
import { PasswordGuard } from './guards/password.guard.js';
import { SameOriginGuard } from './guards/same-origin.guard.js';

const NO_STORE = ['Cache-Control', 'no-store'] as const;
const REFRESH_COOKIE = {
  'Set-Cookie': { description: 'The refresh cookie, set or removed.', required: true, schema: { type: 'string' } },
} as const;

@ApiTags('Session')
@Controller('api/v1/auth')
export class AuthController {
  constructor(@Inject(AuthService) private readonly auth: AuthService) {}

  @Post('login')
  @Public()
  @UseGuards(SameOriginGuard, PasswordGuard)
  @Header(...NO_STORE)
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in with an e-mail address and a password' })
  @Refuses('auth.credentials_invalid', 'auth.throttled', 'auth.origin_refused')
  @Answers(200, SessionGrant, 'Signed in; the refresh token is in a cookie', REFRESH_COOKIE)
  login(
    @Body({ schema: LoginRequest }) _body: LoginRequest,
    @CurrentUser() user: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionGrant> {
    return this.auth.signIn(user, request, response);
  }

  @Get('setup')
  @Public()
  @Header(...NO_STORE)
  @ApiOperation({ operationId: 'getSetupStatus', summary: 'Whether the first administrator is still to be created' })
  @Answers(200, SetupStatus, 'Whether set-up is open')
  setupStatus(): Promise<SetupStatus> {
    return this.auth.setupStatus();
  }

  @Post('setup')
  @Public()
  @UseGuards(SameOriginGuard)
  @Header(...NO_STORE)
  @ApiOperation({ operationId: 'completeSetup', summary: 'Create the first administrator' })
  @Refuses(
    'auth.setup_closed',
    'auth.setup_token_invalid',
    'auth.password_weak',
    'auth.throttled',
    'auth.origin_refused',
  )
  @Answers(201, SessionGrant, 'Created and signed in; the refresh token is in a cookie', REFRESH_COOKIE)
  setup(
    @Body({ schema: SetupRequest }) body: SetupRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionGrant> {
    return this.auth.completeSetup(body, request, response);
  }

  @Post('invitation')
  @Public()
  @UseGuards(SameOriginGuard)
  @Header(...NO_STORE)
  @ApiOperation({ operationId: 'acceptInvitation', summary: 'Accept an invitation by choosing a password' })
  @Refuses('auth.invitation_invalid', 'auth.password_weak', 'auth.throttled', 'auth.origin_refused')
  @Answers(200, SessionGrant, 'Signed in; the refresh token is in a cookie', REFRESH_COOKIE)
  acceptInvitation(
    @Body({ schema: AcceptInvitationRequest }) body: AcceptInvitationRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionGrant> {
    return this.auth.acceptInvitation(body, request, response);
  }

  @Post('refresh')
  @Public()
  @UseGuards(SameOriginGuard)
  @Header(...NO_STORE)
  @ApiOperation({ operationId: 'refreshSession', summary: 'Exchange the refresh cookie for a new access token' })
  @Refuses('auth.refresh_invalid', 'auth.origin_refused')
  @Answers(200, SessionGrant, 'Refreshed; the cookie holds the next refresh token', REFRESH_COOKIE)
  refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SessionGrant> {
    return this.auth.refresh(request, response);
  }

  @Post('logout')
  @Public()
  @UseGuards(SameOriginGuard)
  @ApiOperation({ operationId: 'signOut', summary: 'End the session that the refresh cookie belongs to' })
  @Refuses('auth.origin_refused')
  @AnswersNothing('Signed out', REFRESH_COOKIE)
  logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    return this.auth.signOut(request, response);
  }

  @Post('password')
  @Header(...NO_STORE)
  @ApiOperation({ operationId: 'changePassword', summary: 'Change the own password; every other session ends' })
  @Refuses('auth.credentials_invalid', 'auth.password_weak', 'auth.throttled')
  @Answers(200, SessionGrant, 'Changed; a new session replaces this one', REFRESH_COOKIE)
  changePassword(
    @Body({ schema: PasswordChangeRequest }) body: PasswordChangeRequest,
    @CurrentUser() user: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionGrant> {
    return this.auth.changePassword(user, body, request, response);
  }
}
