// The least that a server can do: the same small answer to everybody. Prints its own origin.
import { createServer } from 'node:http';
import { ANSWER } from './answer.mjs';

const body = JSON.stringify(ANSWER);
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };

const server = createServer((_request, response) => {
  response.writeHead(200, headers).end(body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
