import { Configuration, readVariables } from './configuration.js';
import { prepareDataFolder } from './data-folder.js';
import { readOrCreateSecretKey, secretKeyFileIn } from './secret-key-file.js';

/**
 * Settles the configuration of this process.
 * @throws ConfigurationError when the environment or the data folder can't be used
 */
export function loadConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const variables = readVariables(environment);
  prepareDataFolder(variables.DATA_DIR);
  return new Configuration(
    variables,
    variables.SECRET_KEY ?? readOrCreateSecretKey(secretKeyFileIn(variables.DATA_DIR)),
  );
}
