// The least that a program does that promises what Atelier promises, with Atelier's own functions for the image: record
// the request, ask the provider, decode base64 where it lies, prove every pixel, store durably under a hash, record the
// image. Memory is used again, and whoever commits at the same time shares one COMMIT. There is no access control, no
// account, no framework and no queue in it: who adds those can only be slower.
// `node checked-store.mjs http://127.0.0.1:PORT FOLDER` prints its own origin.
import { Agent, createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers';
import BetterSqlite3 from 'better-sqlite3';
import { newImageKey } from '../../backend/dist/modules/storage/image-keys.js';
import { provePlainPng } from '../../backend/dist/modules/storage/plain-png.js';
import { LocalObjectStore } from '../../backend/dist/modules/storage/stores/local.object-store.js';
import { openJson } from '../../backend/dist/modules/providers/wire/base64-in-json.js';
import { ReusedMemory } from '../../backend/dist/platform/memory/reused-memory.js';
import { readBody } from '../../backend/dist/platform/outbound/read-body.js';

const MEMORY_BYTES = 24 * 1024 * 1024;
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

const [upstream, folder] = [new URL(process.argv[2]), process.argv[3]];
const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const store = new LocalObjectStore(folder);
const memory = new ReusedMemory(MEMORY_BYTES, MEMORY_BYTES);

const database = new BetterSqlite3(join(folder, 'checked-store.sqlite'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(`
  CREATE TABLE request (id INTEGER PRIMARY KEY, body TEXT NOT NULL, state TEXT NOT NULL);
  CREATE TABLE image (request_id INTEGER PRIMARY KEY, storage_key TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL);
`);
const insertRequest = database.prepare("INSERT INTO request (body, state) VALUES (?, 'RUNNING')");
const finishRequest = database.prepare("UPDATE request SET state = 'SUCCEEDED' WHERE id = ? AND state = 'RUNNING'");
const insertImage = database.prepare('INSERT INTO image VALUES (?, ?, ?, ?)');

let together = [];
const carryOut = database.transaction((changes) => changes.map(({ change }) => change()));

/** Makes the change durable, in one transaction with whatever else is asked for before the event loop comes round. */
function commit(change) {
  return new Promise((resolve, reject) => {
    if (together.push({ change, resolve, reject }) > 1) return;
    setImmediate(() => {
      const changes = together;
      together = [];
      try {
        const results = carryOut(changes);
        changes.forEach((one, index) => one.resolve(results[index]));
      } catch (error) {
        for (const one of changes) one.reject(error);
      }
    });
  });
}

const begin = (body) => commit(() => insertRequest.run(body).lastInsertRowid);
const finish = (id, key, { sha256, bytes }) =>
  commit(() => {
    insertImage.run(id, key, sha256, bytes);
    finishRequest.run(id);
  });

/** @returns {Promise<Buffer>} the body of the provider's answer */
function ask(path, headers, body) {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = upstream;
    const outgoing = send({ host, port, path, method: 'POST', headers, agent }, (answer) => {
      if (answer.statusCode === 200) readBody(answer, ANSWER_MAX_BYTES, memory).then(resolve, reject);
      else reject(new Error(`The provider answered ${answer.statusCode}`));
    });
    outgoing.on('error', reject).end(body);
  });
}

async function prove(bytes) {
  if (!(await provePlainPng(bytes))) throw new Error('Not a plain PNG');
}

const server = createServer(async (incoming, outgoing) => {
  try {
    const body = await buffer(incoming);
    const id = await begin(body.toString());
    const { authorization } = incoming.headers;
    const headers = { authorization, 'content-type': 'application/json', 'content-length': body.length };
    const answer = openJson(await ask(incoming.url, headers, body), 'b64_json');
    const bytes = answer.decode(answer.value.data[0].b64_json);
    const key = newImageKey(1, Date.now(), 'png');
    const stored = await store.put(key, bytes, undefined, prove(bytes));
    memory.giveBack(bytes);
    await finish(id, key, stored);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id, key, ...stored }));
  } catch (error) {
    outgoing.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
