import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { billOfMaterials } from './bill-of-materials.mjs';
import { runMain, say } from './workspace.mjs';

/** `npm run sbom -- FILE`: what the product is made of, as CycloneDX. */
await runMain(async () => {
  // npm changes to the workspace's folder; a relative name means the folder that the person is in.
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), process.argv[2] ?? 'sbom.cdx.json');
  const bill = await billOfMaterials();
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  say(`${bill.components.length} components are listed in ${file}`);
  return 0;
});
