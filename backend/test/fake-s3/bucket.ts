import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is known of an object beside its bytes. */
export interface ObjectFacts {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  /** Base64, of the content as it was sent; undefined when the client sent none. */
  readonly sha256: string | undefined;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
}

interface Entry {
  readonly facts: ObjectFacts;
  read(): Buffer;
}

/** The objects: in memory, or as files in a folder, where they outlive the process. */
export class Bucket {
  readonly #entries = new Map<string, Entry>();
  readonly #folder: string | undefined;

  constructor(folder?: string) {
    this.#folder = folder;
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('.json')) continue;
      const facts = JSON.parse(readFileSync(join(folder, name), 'utf8')) as ObjectFacts;
      this.#entries.set(facts.key, { facts, read: () => readFileSync(this.#pathOf(folder, facts.key)) });
    }
  }

  /** Keys in the order in which S3 lists them: by their bytes. */
  get keys(): string[] {
    return [...this.#entries.keys()].sort();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  factsOf(key: string): ObjectFacts | undefined {
    return this.#entries.get(key)?.facts;
  }

  contentOf(key: string): Buffer | undefined {
    return this.#entries.get(key)?.read();
  }

  /** Synchronous: between a look whether there is an object and this, nobody else has a turn. */
  put(facts: Omit<ObjectFacts, 'bytes' | 'etag'>, content: Buffer): ObjectFacts {
    const etag = `"${createHash('md5').update(content).digest('hex')}"`;
    const whole: ObjectFacts = { ...facts, bytes: content.length, etag };
    if (this.#folder === undefined) {
      this.#entries.set(facts.key, { facts: whole, read: () => content });
      return whole;
    }
    const path = this.#pathOf(this.#folder, facts.key);
    writeFileSync(`${path}.partial`, content);
    renameSync(`${path}.partial`, path);
    // An object without facts is not there: the process may end in between.
    writeFileSync(`${path}.partial`, JSON.stringify(whole));
    renameSync(`${path}.partial`, `${path}.json`);
    this.#entries.set(facts.key, { facts: whole, read: () => readFileSync(path) });
    return whole;
  }

  remove(key: string): void {
    this.#entries.delete(key);
    if (this.#folder === undefined) return;
    const path = this.#pathOf(this.#folder, key);
    rmSync(`${path}.json`, { force: true });
    rmSync(path, { force: true });
  }

  #pathOf(folder: string, key: string): string {
    return join(folder, createHash('sha256').update(key).digest('hex'));
  }
}
