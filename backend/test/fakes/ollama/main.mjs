// @ts-check
/*
 * The fake as a process of its own:
 *
 *   node backend/test/fakes/ollama/main.mjs --port 0 --load-ms 2000
 *
 * prints `Listening on http://127.0.0.1:PORT` as its first line and runs until SIGTERM. The server under test gets
 * OLLAMA_BASE_URL=that and OUTBOUND_ALLOW=127.0.0.1. `/_fake` steers it, see control.mjs.
 */
import { parseArgs } from 'node:util';
import { FakeOllama } from './fake-ollama.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'delay-ms': { type: 'string', default: '0' },
    'load-ms': { type: 'string', default: '0' },
  },
});

const fake = await FakeOllama.start({
  port: Number(values.port),
  delayMs: Number(values['delay-ms']),
  loadMs: Number(values['load-ms']),
});
process.stdout.write(`Listening on ${fake.baseUrl}\n`);
process.once('SIGTERM', () => void fake.stop());
process.once('SIGINT', () => void fake.stop());
