import { type SchemaPathTree, validate } from '@angular/forms/signals';
import type { WebhookEventType } from '@atelier/contracts';
import { WEBHOOK_DESCRIPTION_MAX_LENGTH } from '@atelier/contracts/limits';

/** What the form of a webhook holds. */
export interface TypedWebhook {
  readonly url: string;
  readonly description: string;
  readonly events: readonly WebhookEventType[];
}

const URL_MAX_LENGTH = 2_000;
const ADDRESS = /^https?:\/\/[^\s\\/?#@]+([/?][^\s#]*)?$/;

/** What shows while it is typed; whether the address may be reached, the server knows. */
export function webhookRules(path: SchemaPathTree<TypedWebhook>): void {
  validate(path.url, ({ value }) => {
    const url = value().trim();
    const isAddress = url.length <= URL_MAX_LENGTH && ADDRESS.test(url);
    return isAddress ? undefined : { kind: 'url', message: 'Enter an address such as https://shop.example/atelier.' };
  });
  validate(path.description, ({ value }) =>
    value().trim().length > WEBHOOK_DESCRIPTION_MAX_LENGTH
      ? { kind: 'too_long', message: `Use at most ${WEBHOOK_DESCRIPTION_MAX_LENGTH} characters.` }
      : undefined,
  );
  validate(path.events, ({ value }) =>
    value().length === 0 ? { kind: 'required', message: 'Choose at least one event.' } : undefined,
  );
}

/** What a form would change. */
export function changesOf(before: TypedWebhook, after: TypedWebhook) {
  const hasOtherEvents = [...before.events].sort().join() !== [...after.events].sort().join();
  return {
    ...(after.url.trim() !== before.url && { url: after.url.trim() }),
    ...(after.description.trim() !== before.description && { description: after.description.trim() }),
    ...(hasOtherEvents && { events: [...after.events] }),
  };
}
