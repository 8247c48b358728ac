import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ApiKeyScope } from '@atelier/contracts';
import type { Request } from 'express';
import { apiKeyScopeMissing } from '../api-keys/api-keys.errors.js';
import { AccessRefusals } from './access-refusals.js';
import { REQUIRED_SCOPE } from './require-scope.decorator.js';

/** Runs on every route after the session guard; decides only about requests that came with an API key. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AccessRefusals) private readonly refusals: AccessRefusals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const apiKey = request.authInfo?.apiKey;
    if (!apiKey) return true;
    const required = this.reflector.getAllAndOverride<ApiKeyScope | undefined>(REQUIRED_SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (required === undefined || !apiKey.scopes.includes(required)) {
      throw await this.refusals.record(request, apiKeyScopeMissing(required));
    }
    return true;
  }
}
