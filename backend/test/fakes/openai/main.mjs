// @ts-check
/*
 * The fake as a process of its own, see run-as-process.mjs. The server under test gets OPENAI_BASE_URL=what it prints,
 * OPENAI_API_KEY=anything and OUTBOUND_ALLOW=127.0.0.1.
 */
import { runAsProcess } from '../run-as-process.mjs';
import { FakeOpenAI } from './fake-openai.mjs';

await runAsProcess((options) => FakeOpenAI.start(options));
