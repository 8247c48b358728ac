// @ts-check
import { parseArgs } from 'node:util';

/** @typedef {import('./fake-vendor.mjs').FakeVendorOptions & { pictureBytes?: number }} Options */

/**
 * Runs a fake as a process of its own: `--port 0 --picture-bytes 1200000 --delay-ms 200 --api-key KEY`. It prints
 * `Listening on` and its base URL as its first line and runs until SIGTERM. `/_fake` steers it, see control.mjs.
 * @param {(options: Options) => Promise<{ baseUrl: string, stop: () => Promise<void> }>} start
 */
export async function runAsProcess(start) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'picture-bytes': { type: 'string', default: '1200000' },
      'delay-ms': { type: 'string', default: '0' },
      'api-key': { type: 'string' },
    },
  });
  const fake = await start({
    port: Number(values.port),
    pictureBytes: Number(values['picture-bytes']),
    delayMs: Number(values['delay-ms']),
    apiKey: values['api-key'],
  });
  process.stdout.write(`Listening on ${fake.baseUrl}\n`);
  process.once('SIGTERM', () => void fake.stop());
  process.once('SIGINT', () => void fake.stop());
}
