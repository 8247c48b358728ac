import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/errors/index.js';
import { ApiKeyRecognition } from './api-keys/api-key-recognition.js';
import type { Credential } from './guards/current-credential.decorator.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Whether a session or an API key that opened something lasting may still have it. */
@Injectable()
export class LiveCredentials {
  constructor(
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(ApiKeyRecognition) private readonly apiKeys: ApiKeyRecognition,
  ) {}

  /** False as soon as the session or the key has ended, or its user was disabled, or got another role or password. */
  async isLive(credential: Credential): Promise<boolean> {
    if ('apiKeyId' in credential) return this.apiKeys.isLive(credential);
    try {
      await this.sessions.userOf(credential);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unauthenticated') return false;
      throw error;
    }
  }
}
