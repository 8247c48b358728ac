import type { BrowserContext, Request, Response } from '@playwright/test';
import { noteBody, noteHead } from './answer-complaints.js';
import { isJson } from './promised-answers.js';

/**
 * Notes what the document of the API does not promise of answers that a browser has had from this server. A stream is
 * none before it ends.
 * @returns ends it, when those that have come so far are looked at
 */
export function watchAnswers(context: BrowserContext, origin: string): () => Promise<void> {
  const looks: Promise<void>[] = [];
  const look = (request: Request): void => {
    if (new URL(request.url()).origin === origin) looks.push(lookAt(request));
  };
  context.on('requestfinished', look);
  return async () => {
    // What comes from now on would be looked at when the browser is gone.
    context.off('requestfinished', look);
    await Promise.all(looks);
  };
}

async function lookAt(request: Request): Promise<void> {
  const response = await request.response();
  // What a test has made up came from no address.
  if (response === null || (await response.serverAddr()) === null) return;
  const headers = new Headers();
  for (const { name, value } of await response.headersArray()) headers.append(name, value);
  const path = new URL(request.url()).pathname;
  const answer = { method: request.method(), path, status: response.status(), headers };
  noteHead(answer);
  const body = isJson(headers) ? await bodyOf(response) : undefined;
  if (body !== undefined) noteBody(answer, body);
}

/** Undefined when the browser does not have it any more, because the page was left. */
async function bodyOf(response: Response): Promise<string | undefined> {
  try {
    return await response.text();
  } catch (error) {
    if (error instanceof Error && /No (resource|data) .*found|has been closed/i.test(error.message)) return undefined;
    throw error;
  }
}
