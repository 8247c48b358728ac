import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { PASSWORD_STRATEGY } from '../strategies/password.strategy.js';

/** Lets a request through that carries the e-mail address and the password of a user. */
@Injectable()
export class PasswordGuard extends AuthGuard(PASSWORD_STRATEGY) {}
