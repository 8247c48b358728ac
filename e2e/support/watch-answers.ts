import { afterAll, afterEach } from '@jest/globals';
import { type ReceivedAnswer, complaintAboutBody, complaintAboutHead, isJson } from './promised-answers.js';
import { isServerOfOurs } from './watched-servers.js';

/*
 * Every answer that a test gets from a server is held against the document of the API, whoever asked for it: the API
 * client of the tests, a vendor's client, or the test itself. What the document does not promise fails the test.
 */

const complaints: string[] = [];

const request = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await request(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  if (!isServerOfOurs(url)) return response;
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  const answer = {
    method: method.toUpperCase(),
    path: url.pathname,
    status: response.status,
    headers: response.headers,
  };
  note(answer, complaintAboutHead(answer));
  if (isJson(response.headers)) watchBody(response, answer);
  return response;
};

/** Looks at a body when somebody reads it: nobody waits for it who would not have otherwise. */
function watchBody(response: Response, answer: ReceivedAnswer): void {
  const readText = response.text.bind(response);
  const text = async (): Promise<string> => {
    const body = await readText();
    if (body !== '') note(answer, complaintAboutBody(answer, body), body);
    return body;
  };
  Object.defineProperties(response, {
    text: { value: text },
    json: { value: async (): Promise<unknown> => JSON.parse(await text()) },
  });
}

function note({ method, path, status }: ReceivedAnswer, complaint: string | undefined, body = ''): void {
  if (complaint !== undefined)
    complaints.push(`${method} ${path} was answered ${status}: ${complaint}\n${body.slice(0, 1_000)}`);
}

function complain(): void {
  const all = complaints.splice(0);
  if (all.length > 0) throw new Error(all.join('\n'));
}

afterEach(complain);
afterAll(complain);
