import 'reflect-metadata';
import { type Configuration, loadConfiguration } from '../platform/config/index.js';
import { explain, MaintenanceError } from './maintenance-error.js';
import { readNewKey } from './new-key.js';
import { adoptMasterKey, rotateMasterKey } from './rotate-master-key.js';

const LOST = '--old-key-is-lost';

const CONSEQUENCES = [
  'Access tokens, signed links to images and an unused set-up link are invalid now; browsers get new ones by themselves.',
  'Backups that were made before need the old key: keep it for as long as you keep them.',
];

async function rotate(configuration: Configuration): Promise<string[]> {
  const { secrets, oldKeyFile } = await rotateMasterKey(configuration, readNewKey(process.env));
  return [
    `The master key was changed; stored secrets that are sealed with the new one: ${secrets}.`,
    oldKeyFile === undefined
      ? 'Set SECRET_KEY to the new key for every process before you start it again.'
      : `The new key is in ${configuration.secretKeyFile ?? ''}, the old one in ${oldKeyFile}.`,
    ...CONSEQUENCES,
  ];
}

async function adopt(configuration: Configuration): Promise<string[]> {
  const forgotten = await adoptMasterKey(configuration);
  return [
    `This is the database's master key now. Secrets that could not be read with it and were forgotten: ${forgotten.length}.`,
    ...forgotten.map((secret) => `  ${secret}`),
    ...(forgotten.length > 0 ? ['Enter them again in the console.'] : []),
  ];
}

try {
  const [option, ...others] = process.argv.slice(2);
  if (others.length > 0 || (option !== undefined && option !== LOST)) {
    throw new MaintenanceError(`It takes no argument but one: rotate-key [${LOST}].`);
  }
  const configuration = loadConfiguration(process.env);
  const lines = await (option === undefined ? rotate(configuration) : adopt(configuration));
  process.stdout.write(`${lines.join('\n')}\n`);
} catch (error) {
  process.stderr.write(`${explain('Changing the master key', error)}\n`);
  process.exitCode = 1;
}
