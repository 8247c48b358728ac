// @ts-check
/*
 * The fake as a process of its own, see run-as-process.mjs; FAKE_FLAVOUR says which server it plays. The server under
 * test gets OPENAI_COMPATIBLE_BASE_URL=what it prints and OUTBOUND_ALLOW=127.0.0.1.
 */
import { runAsProcess } from '../run-as-process.mjs';
import { FakeImageServer } from './fake-image-server.mjs';
import { FLAVOURS } from './flavours.mjs';

const names = /** @type {(keyof typeof FLAVOURS)[]} */ (Object.keys(FLAVOURS));
const flavour = names.find((name) => name === (process.env['FAKE_FLAVOUR'] ?? 'vllm_omni'));
if (flavour === undefined) throw new Error(`FAKE_FLAVOUR must be one of ${names.join(', ')}`);

await runAsProcess((options) => FakeImageServer.start({ ...options, flavour }));
