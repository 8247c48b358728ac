import process from 'node:process';
import { startFakeS3 } from './index.ts';

const { PORT, FAKE_S3_FOLDER } = process.env;
const fake = await startFakeS3({ port: Number(PORT ?? 0), folder: FAKE_S3_FOLDER });
process.stdout.write(`${JSON.stringify({ url: fake.url, environment: fake.environment })}\n`);
process.once('SIGTERM', () => void fake.close());
