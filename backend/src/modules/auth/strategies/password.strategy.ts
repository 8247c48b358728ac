import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { LoginRequest } from '@atelier/contracts';
import type { Request } from 'express';
import { Strategy } from 'passport-custom';
import { addressOf } from '../../../platform/throttling/index.js';
import type { Actor } from '../actor.js';
import { requestInvalid } from '../auth.errors.js';
import { CredentialsService } from '../credentials.service.js';
import { originOf } from '../origin.js';

export const PASSWORD_STRATEGY = 'password';

/** The e-mail address and the password in the body of a sign-in. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, PASSWORD_STRATEGY) {
  constructor(@Inject(CredentialsService) private readonly credentials: CredentialsService) {
    super();
  }

  async validate(request: Request): Promise<[Actor, Express.AuthInfo]> {
    // Guards run before the pipe that checks the body, so it is checked here, with the same outcome.
    const body = LoginRequest.safeParse(request.body);
    if (!body.success) {
      throw requestInvalid(body.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
    }
    const { email, password } = body.data;
    const origin = originOf(request);
    const { actor, sessionVersion } = await this.credentials.verify(email, password, addressOf(request), origin);
    return [{ ...actor, origin }, { sessionVersion }];
  }
}
