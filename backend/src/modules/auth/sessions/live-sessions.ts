import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../../platform/errors/index.js';
import type { SessionClaims } from './session-token.js';
import { SessionsService } from './sessions.service.js';

/** Whether a session that opened something lasting may still have it. */
@Injectable()
export class LiveSessions {
  constructor(@Inject(SessionsService) private readonly sessions: SessionsService) {}

  /** False as soon as the session has ended, or its user was disabled or given another role or password. */
  async isLive(session: SessionClaims): Promise<boolean> {
    try {
      await this.sessions.userOf(session);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unauthenticated') return false;
      throw error;
    }
  }
}
