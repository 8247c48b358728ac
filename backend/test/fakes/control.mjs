// @ts-check

/**
 * Lets another process see and steer the fake: `GET /_fake` tells what happened, `PUT /_fake` with
 * `{"fail_always": "name"|null, "fail_next": ["name"], "delay_ms": 200}` changes what comes, `DELETE /_fake` forgets all.
 * @param {import('./fake-vendor.mjs').FakeVendor} fake
 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
 * @param {Record<string, unknown>} body
 */
export async function answerControl(fake, { method }, response, body) {
  try {
    if (method === 'DELETE') fake.reset();
    if (method === 'PUT') steer(fake, body);
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' });
    response.end(String(error));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      image_requests: fake.imageRequests,
      in_flight: fake.inFlight,
      // This request's own connection is not of interest.
      connections: (await fake.connections()) - 1,
      requests: fake.requests.slice(-100),
    }),
  );
}

/** @param {import('./fake-vendor.mjs').FakeVendor} fake @param {Record<string, unknown>} body */
function steer(fake, { fail_always: failAlways, fail_next: failNext, delay_ms: delayMs }) {
  if (typeof failAlways === 'string' || failAlways === null) fake.failAlways(failAlways ?? undefined);
  if (Array.isArray(failNext)) for (const fault of failNext) fake.failNext(String(fault));
  if (typeof delayMs === 'number') fake.delayMs = delayMs;
}
