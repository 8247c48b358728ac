// @ts-check
/*
 * The fake as a process of its own, see run-as-process.mjs. The server under test gets HUGGINGFACE_BASE_URL=what it prints,
 * HUGGINGFACE_API_KEY=hf_anything and OUTBOUND_ALLOW=127.0.0.1.
 */
import { runAsProcess } from '../run-as-process.mjs';
import { FakeHuggingFace } from './fake-huggingface.mjs';

await runAsProcess((options) => FakeHuggingFace.start(options));
