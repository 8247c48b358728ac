// @ts-check
/*
 * The fake as a process of its own, see run-as-process.mjs. The server under test gets GEMINI_BASE_URL=what it prints,
 * GEMINI_API_KEY=anything and OUTBOUND_ALLOW=127.0.0.1.
 */
import { runAsProcess } from '../run-as-process.mjs';
import { FakeGemini } from './fake-gemini.mjs';

await runAsProcess((options) => FakeGemini.start(options));
