import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';

const Attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.union([z.string(), z.number()]).optional() }),
});

const Span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: z.array(Attribute).default([]),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }).default({}),
});
export type CollectedSpan = z.infer<typeof Span>;

const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

export interface Delivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A collector of traces that keeps what it is sent. */
export interface Collector {
  readonly origin: string;
  readonly deliveries: readonly Delivery[];
  /** The spans of the deliveries, which must be JSON. */
  spans(): CollectedSpan[];
  /** Names of the services that sent them. */
  services(): (string | undefined)[];
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      deliveries.push({ path: request.url ?? '', headers: request.headers, body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const exported = () => deliveries.flatMap(({ body }) => Export.parse(JSON.parse(body.toString())).resourceSpans);
  return {
    origin: `http://127.0.0.1:${port}`,
    deliveries,
    spans: () => exported().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    services: () =>
      exported().map(
        ({ resource }) => resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue,
      ),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}
