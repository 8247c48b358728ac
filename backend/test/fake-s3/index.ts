import { FakeS3, type FakeS3Options } from './fake-s3.ts';

export type { FakeS3, FakeS3Options, SeenRequest } from './fake-s3.ts';
export { FAULT_MODES, type Fault, type FaultMode } from './faults.ts';

/**
 * Starts a store for images in this process: `startServer({ env: (await startFakeS3()).environment })`.
 * As a process of its own, for tests that kill it: `PORT=9000 FAKE_S3_FOLDER=/tmp/objects node backend/test/fake-s3/main.ts`,
 * which prints one line of JSON with its `url` and `environment`; faults are set by `PUT /-/fault`, see `faults.ts`.
 */
export function startFakeS3(options?: FakeS3Options): Promise<FakeS3> {
  return FakeS3.start(options);
}
