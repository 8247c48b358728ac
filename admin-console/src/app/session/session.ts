import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { Injectable, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { AcceptInvitationRequest, Me, SessionGrant, SessionUser, SetupRequest } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';
import { SessionMarker } from './session-marker';

export type SessionStatus = 'unknown' | 'signed-in' | 'signed-out';

/** Why somebody who was signed in no longer is, for the sign-in page to explain. */
export type SessionEnd = 'expired' | 'unreachable';

const REFRESH_LOCK = 'atelier.session.refresh';

/** Who is signed in. The access token lives in this object and nowhere else; the refresh token is an HttpOnly cookie. */
@Injectable({ providedIn: 'root' })
export class Session {
  readonly #http = inject(HttpClient);
  readonly #router = inject(Router);
  readonly #marker = inject(SessionMarker);

  readonly #user = signal<SessionUser | null>(null);
  readonly #credits = signal<{ available: number; held: number } | null>(null);
  readonly #creditsFailed = signal(false);
  readonly #status = signal<SessionStatus>('unknown');
  readonly #end = signal<SessionEnd | null>(null);
  #accessToken: string | null = null;
  #renewal: Promise<string> | null = null;

  readonly user = this.#user.asReadonly();
  readonly credits = this.#credits.asReadonly();
  /** True while the balance could not be read; the last known one, if any, stays in `credits`. */
  readonly creditsFailed = this.#creditsFailed.asReadonly();
  readonly status = this.#status.asReadonly();
  readonly end = this.#end.asReadonly();
  readonly isAdmin = computed(() => this.#user()?.role === 'admin');

  constructor() {
    this.#marker.whenClearedElsewhere(() => this.#leave(null));
  }

  accessToken(): string | null {
    return this.#accessToken;
  }

  /** Resolves the `unknown` status by the refresh cookie. Never rejects: `end` says when the server was out of reach. */
  async restore(): Promise<void> {
    if (this.#status() === 'signed-in') return;
    const wasSignedIn = this.#marker.isSet();
    try {
      await this.renew(this.#accessToken);
    } catch (error) {
      if (!isRefusal(error)) {
        this.#end.set('unreachable');
        return;
      }
      this.#forget(wasSignedIn ? 'expired' : null);
    }
  }

  /** As `restore`, without a request when this browser has not been signed in. */
  async restoreIfKnown(): Promise<void> {
    if (this.#marker.isSet()) await this.restore();
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#open(await this.#grant('/auth/login', { email, password }));
  }

  async setUp(request: SetupRequest): Promise<void> {
    this.#open(await this.#grant('/auth/setup', request));
  }

  async acceptInvitation(request: AcceptInvitationRequest): Promise<void> {
    this.#open(await this.#grant('/auth/invitation', request));
  }

  /** Every other session ends, and another takes the place of this one. */
  async changePassword(currentPassword: string, newPassword: string): Promise<void> {
    this.#open(await this.#grant('/auth/password', { current_password: currentPassword, new_password: newPassword }));
  }

  async rename(name: string): Promise<void> {
    this.#user.set(await firstValueFrom(this.#http.patch<SessionUser>(`${API_BASE}/auth/me`, { name })));
  }

  async signOut(): Promise<void> {
    await firstValueFrom(this.#http.post(`${API_BASE}/auth/logout`, {}));
    this.#leave(null);
  }

  /**
   * A fresh access token in place of the one that was refused. One request serves every caller of this tab, and tabs take
   * turns, because each use of the refresh token replaces it. Rejects with the server's answer.
   */
  renew(refusedToken: string | null): Promise<string> {
    if (this.#accessToken !== null && this.#accessToken !== refusedToken) return Promise.resolve(this.#accessToken);
    this.#renewal ??= this.#refresh().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** The server no longer accepts this session: to the sign-in page, and back here afterwards. */
  expire(): void {
    this.#leave('expired');
  }

  /** Reads the balance again. Never rejects: see `creditsFailed`. */
  async refreshCredits(): Promise<void> {
    try {
      const me = await firstValueFrom(this.#http.get<Me>(`${API_BASE}/auth/me`));
      this.setCredits(me.credits);
    } catch {
      this.#creditsFailed.set(true);
    }
  }

  setCredits(credits: { available: number; held: number }): void {
    this.#credits.set({ available: credits.available, held: credits.held });
    this.#creditsFailed.set(false);
  }

  #grant(path: string, body: object): Promise<SessionGrant> {
    return firstValueFrom(this.#http.post<SessionGrant>(`${API_BASE}${path}`, body));
  }

  async #refresh(): Promise<string> {
    const grant = await takeTurns(() => this.#grant('/auth/refresh', {}));
    this.#open(grant);
    return grant.access_token;
  }

  #open(grant: SessionGrant): void {
    const isAnotherUser = this.#user()?.id !== grant.user.id;
    this.#accessToken = grant.access_token;
    this.#user.set(grant.user);
    this.#status.set('signed-in');
    this.#end.set(null);
    this.#marker.set();
    if (isAnotherUser) {
      this.#credits.set(null);
      void this.refreshCredits();
    }
  }

  #forget(end: SessionEnd | null): void {
    this.#accessToken = null;
    this.#user.set(null);
    this.#credits.set(null);
    this.#status.set('signed-out');
    this.#end.set(end);
    this.#marker.clear();
  }

  #leave(end: SessionEnd | null): void {
    if (this.#status() === 'signed-out') return;
    this.#forget(end);
    const asked = this.#router.url;
    const queryParams = end === null || asked === '/' ? {} : { return: asked };
    void this.#router.navigate(['/login'], { queryParams });
  }
}

/** True when the server answered that there is no session, as opposed to giving no answer. */
export function isRefusal(error: unknown): boolean {
  return error instanceof HttpErrorResponse && (error.status === 401 || error.status === 403);
}

/** Web Locks need a secure context; without them tabs rely on the server's grace for simultaneous refreshes. */
function takeTurns<Result>(work: () => Promise<Result>): Promise<Result> {
  return typeof navigator.locks === 'undefined' ? work() : navigator.locks.request(REFRESH_LOCK, work);
}
