import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RequestLimits } from '../../../platform/throttling/index.js';

/**
 * Runs on every route after the session guard; counts the requests of those who are known. What people do in the console
 * and what their programs do with keys counts apart, so that a program in a loop locks nobody out.
 */
@Injectable()
export class RequestLimitGuard implements CanActivate {
  constructor(@Inject(RequestLimits) private readonly limits: RequestLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { user, authInfo } = http.getRequest<Request>();
    if (!user) return true;
    const response = http.getResponse<Response>();
    const apiKey = authInfo?.apiKey;
    if (apiKey) {
      const { apiKeyId, userId } = apiKey;
      await this.limits.admit(response, { limit: 'key', subject: apiKeyId }, { limit: 'account', subject: userId });
    } else {
      await this.limits.admit(response, { limit: 'user', subject: user.id });
    }
    return true;
  }
}
