import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { ApiDocument } from '../support/api-document.js';
import { errorTable } from '../support/error-table.js';
import { ExampleRunner, pythonFor } from '../support/example-runner.js';
import { type Example, examplesOf } from '../support/examples.js';
import { type Server, startServer } from '../support/server.js';
import { assertShown } from '../support/shown-output.js';

const GUIDE = examplesOf('docs/api-guide.md');
const README = examplesOf('README.md', 'Use the API');
const IS_CI = (process.env['CI'] ?? 'false') !== 'false';

describe('the guide for programs', () => {
  let server: Server;
  let runner: ExampleRunner;

  beforeAll(async () => {
    // As somebody finds it who has just set it up: the guide knows the id of the first account that is made.
    server = await startServer();
    runner = await ExampleRunner.open(server);
  });

  afterAll(async () => {
    await runner.close();
    await server.dispose();
  });

  async function runs(example: Example): Promise<void> {
    const printed = await runner.run(example);
    if (example.output) assertShown(example.output, printed);
    else expect(printed).not.toMatch(/urn:atelier:problem|"error":\s*\{/);
    for (const [, name] of example.code.matchAll(/["'\s]([\w-]+\.png)\b/g)) {
      const { format, width } = await sharp(await runner.take(name!), { failOn: 'error' }).metadata();
      expect([name, format, width]).toEqual([name, 'png', 1024]);
    }
  }

  it('has the first image in curl, JavaScript and Python, in five lines each', () => {
    const first = GUIDE.filter(({ name }) => name.startsWith('The first image,')).slice(0, 3);
    expect(first.map(({ language }) => language)).toEqual(['sh', 'js', 'python']);
    for (const { code } of first) expect(code.split('\n').length).toBeLessThanOrEqual(5);
  });

  it.each(GUIDE.filter(({ language }) => language !== 'python'))('does what it says: $language, $name', runs);

  it('has a client made whose types refuse what the document does not know', async () => {
    await runner.compile({ language: 'ts', code: MISUSES });
  });

  const python = GUIDE.filter(({ language }) => language === 'python');
  it.each(python)('does what it says: $language, $name', async (example) => {
    const possible = pythonFor(example);
    if (possible === 'nothing') {
      if (IS_CI) throw new Error('The Python examples can not be run: there is no python3.');
      process.stderr.write(`NOT RUN, because there is no python3: ${example.name}\n`);
    } else if (possible === 'compile') await runner.compile(example);
    else await runs(example);
  });

  it.each(README)('the README does as well: $language, $name', runs);

  it('lists every code that a refusal may carry, and no other', async () => {
    const { document } = await ApiDocument.of(server.origin);
    const { enum: codes } = document.components.schemas['ProblemCode'] as { enum: string[] };
    expect([...errorTable().keys()].sort()).toEqual([...codes].sort());
  });
});

/** Each of these has to be an error of types, else the compiler finds the expectation wrong. */
const MISUSES = `
import { generate, getGeneration, listMyCreations } from './atelier/index.js';
// @ts-expect-error no such tier
await generate({ body: { prompt: 'A lighthouse', tier: 'huge' } });
// @ts-expect-error no prompt
await generate({ body: { tier: 'standard' } });
// @ts-expect-error no such field
await generate({ body: { prompt: 'A lighthouse', tier: 'standard', size: '1024x1024' } });
// @ts-expect-error no id
await getGeneration({ path: {} });
const { data, error } = await listMyCreations();
// @ts-expect-error no such code: the set is closed
console.log(error?.code === 'studio.no_such_code');
// @ts-expect-error an answer has no such field
console.log(data?.pictures);
`;
