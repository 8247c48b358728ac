import { Inject, Injectable, Logger } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-custom';
import { credentialEnds } from '../../../platform/http/answer-memory/index.js';
import { SESSION_STRATEGY } from '../../../platform/http/session-strategy.js';
import { type Actor, actorOf } from '../actor.js';
import { ApiKeyRecognition } from '../api-keys/api-key-recognition.js';
import { looksLikeApiKey } from '../api-keys/api-key-token.js';
import { authenticationRequired, tokenInvalid } from '../auth.errors.js';
import { originOf } from '../origin.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { RecognisedUser } from '../users/recognised-user.js';
import { UsersService } from '../users/users.service.js';

/** Longer than any token of ours: what goes beyond is refused before it is looked at. */
const MAX_HEADER_LENGTH = 4_096;

/** `Authorization: Bearer` with an access token or an API key, and nothing else: no cookie, no query, no body. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, SESSION_STRATEGY) {
  readonly #logger = new Logger(AccessTokenStrategy.name);

  constructor(
    @Inject(ApiKeyRecognition) private readonly apiKeys: ApiKeyRecognition,
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(UsersService) private readonly users: UsersService,
  ) {
    super();
  }

  async validate(request: Request): Promise<[Actor, Express.AuthInfo]> {
    const { authorization } = request.headers;
    if (!authorization) throw authenticationRequired();
    const token = authorization.length > MAX_HEADER_LENGTH ? undefined : /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw tokenInvalid();
    if (looksLikeApiKey(token)) return this.#withApiKey(token, request);
    const { user, session, endsAt } = await this.sessions.recognise(token);
    credentialEnds(request, endsAt);
    await this.#noteActivity(user);
    return [actorOf(user, { origin: originOf(request) }), { session }];
  }

  async #withApiKey(key: string, request: Request): Promise<[Actor, Express.AuthInfo]> {
    const { user, apiKey, endsAt } = await this.apiKeys.recognise(key, request.ip ?? '');
    credentialEnds(request, endsAt);
    await this.#noteActivity(user);
    return [actorOf(user, { apiKey, origin: originOf(request) }), { apiKey }];
  }

  async #noteActivity(user: RecognisedUser): Promise<void> {
    try {
      await this.users.touchLastActive(user);
    } catch (error) {
      // Reading must go on when the database can't be written to; only the note is lost.
      this.#logger.warn({ err: error, userId: user.id }, 'The last activity could not be noted');
    }
  }
}
