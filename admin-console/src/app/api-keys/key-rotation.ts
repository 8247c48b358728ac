import type { ApiKey } from '@atelier/contracts';
import { problemSentence } from '../platform/problem';
import type { Rotation } from '../ui/rotate-secret-dialog/rotate-secret-dialog';
import type { ApiKeyCommands } from './api-key-commands';

/** How a key is rotated, in words. */
export function rotationOf(key: ApiKey, commands: ApiKeyCommands): Rotation<ApiKey> {
  return {
    title: `Rotate ${key.name}`,
    text: 'The key gets another secret. Its scopes, limit and addresses stay.',
    warning:
      key.status === 'rotating'
        ? 'The key is being rotated already. The one from before that rotation ends now.'
        : undefined,
    graceLabel: 'Old key keeps working for',
    graceHelp: 'Time to give your programs the new one.',
    action: 'Rotate key',
    newTitle: `The new key of ${key.name}`,
    secretLabel: 'API key',
    confirmation: 'I’ve stored this key',
    rotate: async (graceSeconds) => {
      const { key: secret, ...rotated } = await commands.rotate(key.id, graceSeconds);
      return { secret, rotated };
    },
    explain: problemSentence,
  };
}
