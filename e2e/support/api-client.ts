import type { Problem, SessionGrant } from '@atelier/contracts';
import { ADMIN, type Server } from './server.js';

/** An answer as it came: any status is an answer, nothing is thrown for it. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON (also problem+json), else the text; undefined when empty. */
  body: Body;
}

export interface CallOptions {
  headers?: Record<string, string>;
  query?: Record<string, string | number>;
  signal?: AbortSignal;
}

/**
 * Calls the API as one caller. Paths are below `/api/v1`; `raw` takes any path of the server.
 */
export class ApiClient {
  constructor(
    readonly origin: string,
    private readonly defaultHeaders: Readonly<Record<string, string>> = {},
  ) {}

  get<Body>(path: string, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('GET', path, undefined, options);
  }

  post<Body>(path: string, body?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('POST', path, body, options);
  }

  put<Body>(path: string, body?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('PUT', path, body, options);
  }

  patch<Body>(path: string, body?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('PATCH', path, body, options);
  }

  delete<Body>(path: string, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('DELETE', path, undefined, options);
  }

  /** The unread response of any path or absolute URL of the server, with this caller's headers. */
  raw(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(this.defaultHeaders);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    return fetch(new URL(path, this.origin), { redirect: 'manual', ...init, headers });
  }

  /** The same caller at another process of the installation. */
  at(origin: string): ApiClient {
    return new ApiClient(origin, this.defaultHeaders);
  }

  private async call<Body>(
    method: string,
    path: string,
    body: unknown,
    options: CallOptions = {},
  ): Promise<Answer<Body>> {
    const url = new URL(`/api/v1${path}`, this.origin);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, String(value));
    const response = await this.raw(url.href, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const { status, headers } = response;
    const received = await readBody(response);
    return { status, headers, body: received as Body };
  }
}

/** A caller without a session. */
export function anonymous(server: Pick<Server, 'origin'>): ApiClient {
  return new ApiClient(server.origin);
}

/** A caller with an access token. */
export function withToken(server: Pick<Server, 'origin'>, token: string): ApiClient {
  return new ApiClient(server.origin, { authorization: `Bearer ${token}` });
}

/** Signs in (as the administrator unless told otherwise); anything but success is an error. */
export async function signIn(
  server: Pick<Server, 'origin'>,
  credentials: { email: string; password: string } = ADMIN,
): Promise<ApiClient> {
  const answer = await anonymous(server).post<SessionGrant>('/auth/login', credentials);
  if (answer.status !== 200) {
    throw new Error(`Signing in as ${credentials.email} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return withToken(server, answer.body.access_token);
}

/** The refusal in an answer; throws when it is anything but well-formed problem+json of the status it claims. */
export function problemOf(answer: Answer<unknown>): Problem {
  const type = answer.headers.get('content-type') ?? 'no content type';
  const problem = answer.body as Partial<Problem> | undefined;
  if (
    !type.startsWith('application/problem+json') ||
    typeof problem?.code !== 'string' ||
    problem.status !== answer.status
  ) {
    throw new Error(`Not a problem: ${answer.status} ${type} ${JSON.stringify(answer.body)}`);
  }
  return problem as Problem;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  return /\bjson\b/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
}
