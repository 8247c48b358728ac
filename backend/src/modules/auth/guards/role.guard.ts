import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '@atelier/contracts';
import type { Request } from 'express';
import { authenticationRequired, forbidden } from '../auth.errors.js';
import { REQUIRED_ROLE } from './require-role.decorator.js';

/** Runs on every route after the session guard; decides only where a role is required. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.getAllAndOverride<Role | undefined>(REQUIRED_ROLE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (required === undefined) return true;
    const { user } = context.switchToHttp().getRequest<Request>();
    if (!user) throw authenticationRequired();
    if (user.role !== required) throw forbidden();
    return true;
  }
}
