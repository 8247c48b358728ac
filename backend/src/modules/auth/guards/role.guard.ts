import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '@atelier/contracts';
import type { Request } from 'express';
import { authenticationRequired, forbidden } from '../auth.errors.js';
import { AccessRefusals } from './access-refusals.js';
import { REQUIRED_ROLE } from './require-role.decorator.js';

/** Runs on every route after the session guard; decides only where a role is required. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AccessRefusals) private readonly refusals: AccessRefusals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = this.reflector.getAllAndOverride<Role | undefined>(REQUIRED_ROLE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (required === undefined) return true;
    const request = context.switchToHttp().getRequest<Request>();
    if (!request.user) throw authenticationRequired();
    if (request.user.role !== required) throw await this.refusals.record(request, forbidden());
    return true;
  }
}
