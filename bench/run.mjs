import { cpus, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';

const BENCHMARKS = ['api', 'b64', 'generate', 'hostile', 'ledger', 'pipeline', 'png', 'providers', 'start'];

const { values: options, positionals: wanted } = parseArgs({
  options: { short: { type: 'boolean', default: false }, engine: { type: 'string' } },
  allowPositionals: true,
});
const unknown = wanted.filter((name) => !BENCHMARKS.includes(name));
if (wanted.length === 0 || unknown.length > 0) {
  console.error(`Name one or more of: ${BENCHMARKS.join(', ')}. For example: npm run bench -- generate`);
  process.exit(1);
}

const cores = cpus();
console.log(
  `${cores.length} × ${cores[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node ${process.version}`,
);
for (const name of wanted) {
  const { title, run } = await import(`./${name}.mjs`);
  console.log(`\n${title}`);
  console.table(await run({ isShort: options.short, engine: options.engine }));
}
