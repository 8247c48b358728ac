import { request } from 'node:http';
import { noteOddAnswer } from './answer-complaints.js';
import type { Server } from './server.js';

export interface PlainAnswer {
  status: number;
  headers: Headers;
  text: string;
}

export interface PlainRequest {
  method?: string;
  /** Sent as it is: dots, escapes and double slashes are not resolved, unlike by `fetch`. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A request exactly as written, on a connection of its own. */
export function plainRequest(
  { port }: Pick<Server, 'port'>,
  { method = 'GET', path, headers = {}, body }: PlainRequest,
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const received = Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
          value === undefined ? [] : [[name, String(value)]],
        );
        const answer = { status: response.statusCode ?? 0, headers: new Headers(received) };
        noteOddAnswer({ ...answer, method, path: path.split('?', 1)[0] ?? path }, text);
        resolve({ ...answer, text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
