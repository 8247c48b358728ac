import type { Webhook } from '@atelier/contracts';
import { problemSentence } from '../platform/problem';
import type { Rotation } from '../ui/rotate-secret-dialog/rotate-secret-dialog';
import type { WebhookCommands } from './webhook-commands';

/** How the secret of a webhook is rotated, in words. */
export function rotationOf(webhook: Webhook, commands: WebhookCommands): Rotation<Webhook> {
  const isRotating = webhook.previous_secret_expires_at !== null;
  return {
    title: 'Rotate the secret',
    text: 'Messages are signed with another secret from now on. Address and events stay.',
    warning: isRotating ? 'A rotation is under way already. The secret from before it ends now.' : undefined,
    graceLabel: 'Old secret goes on for',
    graceHelp: 'Messages carry a signature of each, so that your program can be changed over.',
    action: 'Rotate',
    newTitle: 'The new secret',
    secretLabel: 'Signing secret',
    confirmation: 'I’ve stored this secret',
    rotate: async (graceSeconds) => {
      const issued = await commands.rotate(webhook.id, graceSeconds);
      return { secret: issued.secret, rotated: issued };
    },
    explain: problemSentence,
  };
}
