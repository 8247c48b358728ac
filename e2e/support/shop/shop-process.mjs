// @ts-check
/*
 * A shop that is told of events, as a process of its own: it believes what the official library accepts, and does what it
 * is told once. `/_trust` gives it a secret, `/_seen` tells what has come. Prints its address and runs until SIGTERM.
 */
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

let webhook = new Webhook(Buffer.alloc(24).toString('base64'));
/** @type {{ id: string, message: unknown, headers: Record<string, unknown>, body: string }[]} */
const accepted = [];
/** @type {string[]} */
const repeated = [];
/** @type {string[]} */
const refused = [];

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    if (request.url === '/_trust') webhook = new Webhook(body);
    else if (request.url === '/hooks') return response.writeHead(receive(request.headers, body)).end();
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ accepted, repeated, refused }));
  });
});

/** @param {import('node:http').IncomingHttpHeaders} headers @param {string} body */
function receive(headers, body) {
  const id = String(headers['webhook-id']);
  try {
    const message = webhook.verify(body, /** @type {Record<string, string>} */ (headers));
    if (accepted.some((known) => known.id === id)) repeated.push(id);
    else accepted.push({ id, message, headers, body });
    return 204;
  } catch (error) {
    refused.push(String(error));
    return 400;
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The shop does not listen');
  process.stdout.write(`Listening on http://127.0.0.1:${address.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
