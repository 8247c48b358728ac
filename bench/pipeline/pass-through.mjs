// The least that a proxy can do: hands the request on and streams the answer back, and looks at neither.
// `node pass-through.mjs http://127.0.0.1:PORT` prints its own origin.
import { Agent, createServer, request as send } from 'node:http';
import { pipeline } from 'node:stream/promises';

const upstream = new URL(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 128 });

const server = createServer((incoming, outgoing) => {
  const headers = { ...incoming.headers, host: upstream.host };
  const onward = send({
    host: upstream.hostname,
    port: upstream.port,
    path: incoming.url,
    method: incoming.method,
    headers,
    agent,
  });
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    // A client that goes away must not keep the upstream connection.
    pipeline(answer, outgoing).catch(() => onward.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  pipeline(incoming, onward).catch(() => outgoing.destroy());
});
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
