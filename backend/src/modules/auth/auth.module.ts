import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeyNames } from './api-keys/api-key-names.js';
import { ApiKeyRecognition } from './api-keys/api-key-recognition.js';
import { ApiKeySpending } from './api-keys/api-key-spending.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CredentialsService } from './credentials.service.js';
import { AccessRefusals } from './guards/access-refusals.js';
import { RequestLimitGuard } from './guards/request-limit.guard.js';
import { RoleGuard } from './guards/role.guard.js';
import { ScopeGuard } from './guards/scope.guard.js';
import { SessionGuard } from './guards/session.guard.js';
import { LiveCredentials } from './live-credentials.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { AccessTokens } from './sessions/access-tokens.js';
import { DownloadTickets } from './sessions/download-tickets.js';
import { OwnSessionsController } from './sessions/own-sessions.controller.js';
import { OwnSessionsService } from './sessions/own-sessions.service.js';
import { RefreshCookie } from './sessions/refresh-cookie.js';
import { RefreshTokenEntity } from './sessions/refresh-token.entity.js';
import { RefreshTokens } from './sessions/refresh-tokens.js';
import { SessionEntity } from './sessions/session.entity.js';
import { SessionsService } from './sessions/sessions.service.js';
import { StreamTickets } from './sessions/stream-tickets.js';
import { SetupRecordEntity } from './setup-record.entity.js';
import { SetupService } from './setup.service.js';
import { AccessTokenStrategy } from './strategies/access-token.strategy.js';
import { DownloadTicketStrategy } from './strategies/download-ticket.strategy.js';
import { PasswordStrategy } from './strategies/password.strategy.js';
import { StreamTicketStrategy } from './strategies/stream-ticket.strategy.js';
import { AttemptThrottle } from './throttles/attempt-throttle.js';
import { Limiters } from '../../platform/throttling/index.js';
import { InvitationEntity } from './users/invitation.entity.js';
import { InvitationsService } from './users/invitations.service.js';
import { NewUserListeners } from './users/new-user-listeners.js';
import { ProfileController } from './users/profile.controller.js';
import { ProfileService } from './users/profile.service.js';
import { UserEntity } from './users/user.entity.js';
import { UsersService } from './users/users.service.js';

/** Who people are, and what they may do. Importing it guards every route of the application. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      UserEntity,
      InvitationEntity,
      SessionEntity,
      RefreshTokenEntity,
      SetupRecordEntity,
      ApiKeyEntity,
    ]),
  ],
  controllers: [AuthController, OwnSessionsController, ProfileController, ApiKeysController],
  providers: [
    AuthService,
    CredentialsService,
    SessionsService,
    OwnSessionsService,
    SetupService,
    UsersService,
    ProfileService,
    InvitationsService,
    NewUserListeners,
    AccessTokens,
    StreamTickets,
    DownloadTickets,
    LiveCredentials,
    ApiKeysService,
    ApiKeyNames,
    ApiKeyRecognition,
    ApiKeySpending,
    RefreshTokens,
    RefreshCookie,
    PasswordHasher,
    AttemptThrottle,
    Limiters,
    AccessRefusals,
    AccessTokenStrategy,
    StreamTicketStrategy,
    DownloadTicketStrategy,
    PasswordStrategy,
    // In this order: who it is, whether they ask too much, what their key was made for, then what they may do.
    { provide: APP_GUARD, useClass: SessionGuard },
    { provide: APP_GUARD, useClass: RequestLimitGuard },
    { provide: APP_GUARD, useClass: ScopeGuard },
    { provide: APP_GUARD, useClass: RoleGuard },
  ],
  exports: [
    UsersService,
    SetupService,
    NewUserListeners,
    LiveCredentials,
    StreamTickets,
    DownloadTickets,
    ApiKeyNames,
    ApiKeySpending,
    Limiters,
  ],
})
export class AuthModule {}
