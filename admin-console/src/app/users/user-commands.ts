import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import type {
  CreateServiceAccountRequest,
  CreateUserRequest,
  CreatedUser,
  Grant,
  GrantRequest,
  UpdateUserRequest,
  User,
} from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

/** What an administrator does to users. Each rejects with the server's answer. */
@Injectable({ providedIn: 'root' })
export class UserCommands {
  readonly #http = inject(HttpClient);

  /** The same key and request again is the same user and the same initial grant. */
  create(request: CreateUserRequest, idempotencyKey: string): Promise<CreatedUser> {
    return firstValueFrom(
      this.#http.post<CreatedUser>(`${API_BASE}/admin/users`, request, {
        headers: { 'Idempotency-Key': idempotencyKey },
      }),
    );
  }

  createServiceAccount(request: CreateServiceAccountRequest): Promise<User> {
    return firstValueFrom(this.#http.post<User>(`${API_BASE}/admin/service-accounts`, request));
  }

  update(userId: number, change: UpdateUserRequest): Promise<User> {
    return firstValueFrom(this.#http.patch<User>(`${API_BASE}/admin/users/${userId}`, change));
  }

  /** The same key and request again moves the credits once. */
  grant(request: GrantRequest, idempotencyKey: string): Promise<Grant> {
    return firstValueFrom(
      this.#http.post<Grant>(`${API_BASE}/admin/credits/grants`, request, {
        headers: { 'Idempotency-Key': idempotencyKey },
      }),
    );
  }
}

/** 128 random bits in hex. `randomUUID` is missing on plain HTTP, where consoles on a private network run. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
