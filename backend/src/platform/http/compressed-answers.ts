import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

/** Answers that hold tokens: compressing them beside text that a caller chose would let their length tell of them. */
const TOKEN_ROUTES = '/api/v1/auth/';

/** Compresses text: the console's files and JSON. Images are compressed already, event streams must not wait. */
export function compressedAnswers(): RequestHandler {
  return compression({
    threshold: 1_024,
    filter: (request: Request, response: Response) =>
      !request.path.startsWith(TOKEN_ROUTES) &&
      !String(response.getHeader('Content-Type')).startsWith('text/event-stream') &&
      compression.filter(request, response),
  });
}
