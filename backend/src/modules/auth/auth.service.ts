import { Inject, Injectable } from '@nestjs/common';
import type {
  AcceptInvitationRequest,
  PasswordChangeRequest,
  SessionGrant,
  SetupRequest,
  SetupStatus,
} from '@atelier/contracts';
import type { Request, Response } from 'express';
import { addressOf } from '../../platform/throttling/index.js';
import type { Actor } from './actor.js';
import { refreshInvalid } from './auth.errors.js';
import { CredentialsService } from './credentials.service.js';
import { originOf } from './origin.js';
import { RefreshCookie } from './sessions/refresh-cookie.js';
import { SessionsService, type SignedIn } from './sessions/sessions.service.js';
import { SetupService } from './setup.service.js';
import { AttemptThrottle } from './throttles/attempt-throttle.js';
import { InvitationsService } from './users/invitations.service.js';

/** The session routes: the ways in, on and out, and the cookie that goes with them. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(SetupService) private readonly setup: SetupService,
    @Inject(InvitationsService) private readonly invitations: InvitationsService,
    @Inject(AttemptThrottle) private readonly throttle: AttemptThrottle,
    @Inject(RefreshCookie) private readonly cookie: RefreshCookie,
  ) {}

  /** @param user has just proved who they are, see PasswordGuard */
  async signIn(user: Actor, request: Request, response: Response): Promise<SessionGrant> {
    return this.#admit(
      await this.sessions.signIn(user.id, request.authInfo?.sessionVersion, originOf(request)),
      response,
    );
  }

  async setupStatus(): Promise<SetupStatus> {
    return { open: await this.setup.isOpen() };
  }

  async completeSetup(body: SetupRequest, request: Request, response: Response): Promise<SessionGrant> {
    const signedIn = await this.throttle.tokenAttempt(addressOf(request), () =>
      this.setup.complete(body, originOf(request)),
    );
    return this.#admit(signedIn, response);
  }

  async acceptInvitation(body: AcceptInvitationRequest, request: Request, response: Response): Promise<SessionGrant> {
    const signedIn = await this.throttle.tokenAttempt(addressOf(request), () =>
      this.invitations.accept(body.token, body.password, originOf(request)),
    );
    return this.#admit(signedIn, response);
  }

  async refresh(request: Request, response: Response): Promise<SessionGrant> {
    const token = this.cookie.read(request);
    if (token === undefined) throw refreshInvalid();
    await this.throttle.refreshAttempt(addressOf(request));
    return this.#admit(await this.sessions.refresh(token, originOf(request)), response);
  }

  async signOut(request: Request, response: Response): Promise<void> {
    const token = this.cookie.read(request);
    if (token !== undefined) await this.sessions.end(token, originOf(request));
    this.cookie.clear(response);
  }

  async changePassword(
    user: Actor,
    body: PasswordChangeRequest,
    request: Request,
    response: Response,
  ): Promise<SessionGrant> {
    const { current_password: current, new_password: next } = body;
    return this.#admit(await this.credentials.changePassword(user, current, next, addressOf(request)), response);
  }

  #admit({ grant, refreshToken, refreshExpiresAt }: SignedIn, response: Response): SessionGrant {
    this.cookie.write(response, refreshToken, refreshExpiresAt);
    return grant;
  }
}
