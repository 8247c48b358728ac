import 'reflect-metadata';
import { createApp } from './app.js';
import { announce, explainFailure } from './announcements.js';
import { SetupService } from './modules/auth/index.js';
import { loadConfiguration } from './platform/config/index.js';

try {
  const configuration = loadConfiguration(process.env);
  const app = await createApp(configuration);
  await app.init();
  const setup = configuration.duties.serves ? await app.get(SetupService).prepare() : null;
  await app.listen(configuration.port, configuration.host);
  announce(configuration, await app.getUrl(), setup);
} catch (error) {
  console.error(explainFailure(error));
  process.exit(1);
}
