import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A vendor of the worst kind: whatever it is asked, it refuses, and sends back the key that came in every way it can. */
export interface EchoVendor {
  readonly baseUrl: string;
  /** Keys that arrived, newest last. */
  readonly received: readonly string[];
  /** Status of the next answers. */
  status: number;
  close(): Promise<void>;
}

export async function startEchoVendor(): Promise<EchoVendor> {
  const received: string[] = [];
  const vendor = { status: 401 };
  const server = createServer((request, response) => {
    const { authorization = '', 'x-goog-api-key': googleKey = '' } = request.headers;
    const key = String(googleKey) || authorization.replace(/^Bearer /, '');
    received.push(key);
    const error = { message: `Incorrect API key provided: ${key}`, type: key, code: key, status: key, param: key };
    request.resume().on('end', () => {
      response.writeHead(vendor.status, key, {
        'content-type': 'application/json',
        'x-request-id': key,
        'retry-after': key,
        location: `/${key}`,
      });
      response.end(JSON.stringify({ error, detail: key, models: [{ name: key }], data: [{ id: key }] }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(vendor, {
    baseUrl: `http://127.0.0.1:${port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
