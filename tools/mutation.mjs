import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNodeRuntime } from './node-runtime.mjs';
import { installPackages } from './packages.mjs';
import { run } from './processes.mjs';
import { ROOT, runMain, say } from './workspace.mjs';

/** Parts of backend/src/modules whose mutants the tests must notice; each is a run of its own. */
const PARTS = ['credits', 'studio'];

/** A test that fails, one that never ends: either way the mutant was noticed. */
const NOTICED = ['Killed', 'Timeout'];
const COUNTED = [...NOTICED, 'Survived', 'NoCoverage'];

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const runtime = await findNodeRuntime();
  await installPackages(runtime);
  let worst = 0;
  for (const part of wanted.length > 0 ? wanted : PARTS) {
    const { code } = await run(
      runtime.executable,
      ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'backend/mutation/stryker.config.mjs'],
      { env: { ...runtime.env, MUTATION_PART: part }, group: true },
    );
    worst = Math.max(worst, code);
    const report = join(ROOT, 'reports/mutation', `${part.replaceAll(/[{},/*]+/g, '-')}.json`);
    if (existsSync(report)) say(`\n${tableOf(JSON.parse(readFileSync(report, 'utf8')))}`);
  }
  return worst;
});

/**
 * The report as docs/mutation.md shows it.
 * @param {{ files: Record<string, { mutants: { status: string }[] }> }} report
 */
function tableOf({ files }) {
  const rows = Object.entries(files).map(([path, { mutants }]) => ({
    name: path.replace('backend/src/modules/', ''),
    mutants: mutants.filter(({ status }) => COUNTED.includes(status)),
  }));
  const all = { name: 'together', mutants: rows.flatMap(({ mutants }) => mutants) };
  const lines = [...rows, all]
    .filter(({ mutants }) => mutants.length > 0)
    .map(({ name, mutants }) => {
      const noticed = mutants.filter(({ status }) => NOTICED.includes(status)).length;
      return `| ${name} | ${mutants.length} | ${noticed} | ${((100 * noticed) / mutants.length).toFixed(1)} % |`;
    });
  return ['| file | mutants | noticed | score |', '| --- | ---: | ---: | ---: |', ...lines].join('\n');
}
