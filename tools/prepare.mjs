import { buildChangedParts } from './build.mjs';
import { prepareCanvas } from './canvas.mjs';
import { findNodeRuntime } from './node-runtime.mjs';
import { installPackages } from './packages.mjs';

/** Everything between a fresh clone and a built product; what is there already costs next to nothing. */
export async function prepare() {
  const runtime = await findNodeRuntime();
  await installPackages(runtime);
  await Promise.all([prepareCanvas(runtime), buildChangedParts(runtime)]);
  return runtime;
}
