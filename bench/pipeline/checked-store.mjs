// What a plain program does that promises what Atelier promises, with its own functions for the image: record the
// request, ask the provider, decode base64, prove every pixel, store durably under a hash, record the image. There is no
// access control, no account, no framework and no queue in it.
// `node checked-store.mjs http://127.0.0.1:PORT FOLDER` prints its own origin.
import { Agent, createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import BetterSqlite3 from 'better-sqlite3';
import { newImageKey } from '../../backend/dist/modules/storage/image-keys.js';
import { provePlainPng } from '../../backend/dist/modules/storage/plain-png.js';
import { LocalObjectStore } from '../../backend/dist/modules/storage/stores/local.object-store.js';

const [upstream, folder] = [new URL(process.argv[2]), process.argv[3]];
const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const store = new LocalObjectStore(folder);

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
const begin = database.transaction((body) => insertRequest.run(body).lastInsertRowid);
const finish = database.transaction((id, key, { sha256, bytes }) => {
  insertImage.run(id, key, sha256, bytes);
  finishRequest.run(id);
});

/** @returns {Promise<Buffer>} the body of the provider's answer */
function ask(path, headers, body) {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = upstream;
    const outgoing = send({ host, port, path, method: 'POST', headers, agent }, (answer) => {
      if (answer.statusCode === 200) buffer(answer).then(resolve, reject);
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
    const id = begin(body.toString());
    const { authorization } = incoming.headers;
    const headers = { authorization, 'content-type': 'application/json', 'content-length': body.length };
    const { data } = JSON.parse((await ask(incoming.url, headers, body)).toString('latin1'));
    const bytes = Buffer.from(data[0].b64_json, 'base64');
    const key = newImageKey(1, Date.now(), 'png');
    const stored = await store.put(key, bytes, undefined, prove(bytes));
    finish(id, key, stored);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id, key, ...stored }));
  } catch (error) {
    outgoing.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
