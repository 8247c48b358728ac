import { afterAll, afterEach } from '@jest/globals';
import { assertNoComplaints, noteBody, noteHead } from './answer-complaints.js';
import { type ReceivedAnswer, isJson } from './promised-answers.js';
import { isServerOfOurs } from './watched-servers.js';

/*
 * Every answer that a test gets from a server is held against the document of the API, whoever asked for it: the API
 * client of the tests, a vendor's client, or the test itself. What the document does not promise fails the test.
 */

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
  noteHead(answer);
  if (isJson(response.headers)) watchBody(response, answer);
  return response;
};

/** Looks at a body when somebody reads it: nobody waits for it who would not have otherwise. */
function watchBody(response: Response, answer: ReceivedAnswer): void {
  const readText = response.text.bind(response);
  const text = async (): Promise<string> => {
    const body = await readText();
    noteBody(answer, body);
    return body;
  };
  Object.defineProperties(response, {
    text: { value: text },
    json: { value: async (): Promise<unknown> => JSON.parse(await text()) },
  });
}

afterEach(assertNoComplaints);
afterAll(assertNoComplaints);
