// @ts-check
/*
 * The fake as a process of its own:
 *
 *   node backend/test/fakes/gemini/main.mjs --port 0 --picture-bytes 1200000 --delay-ms 200
 *
 * prints `Listening on http://127.0.0.1:PORT` as its first line and runs until SIGTERM. The server under test gets
 * GEMINI_BASE_URL=that, GEMINI_API_KEY=anything and OUTBOUND_ALLOW=127.0.0.1. `/_fake` steers it, see control.mjs.
 */
import { parseArgs } from 'node:util';
import { FakeGemini } from './fake-gemini.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'picture-bytes': { type: 'string', default: '1200000' },
    'delay-ms': { type: 'string', default: '0' },
    'api-key': { type: 'string' },
  },
});

const fake = await FakeGemini.start({
  port: Number(values.port),
  pictureBytes: Number(values['picture-bytes']),
  delayMs: Number(values['delay-ms']),
  apiKey: values['api-key'],
});
process.stdout.write(`Listening on ${fake.baseUrl}\n`);
process.once('SIGTERM', () => void fake.stop());
process.once('SIGINT', () => void fake.stop());
