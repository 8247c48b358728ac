import type { ProblemCode } from '@atelier/contracts';
import { accessExplanations } from './access-explanations';
import { type Explanation, namedFields } from './explanation';

/** One entry for every code of the contract; the type makes a missing one a compile error. */
export const explanations: Readonly<Record<ProblemCode, Explanation>> = {
  ...accessExplanations,

  'auth.session_not_found': { what: 'This session has ended already.', next: 'Reload the list.' },

  'users.not_found': { what: 'This user no longer exists.', next: 'Reload the list.' },
  'users.email_taken': { what: 'Somebody already uses this e-mail address.', next: 'Use another one.' },
  'users.last_admin': {
    what: 'This is the last active admin, so the change was not made.',
    next: 'Make somebody else an admin first.',
  },

  'credits.insufficient': {
    what: 'You don’t have enough credits for this.',
    next: 'Choose a smaller tier or fewer images, or ask an admin for credits.',
    isAboutCredits: true,
  },
  'credits.key_limit_reached': {
    what: 'This API key has spent what it may spend in this month.',
    next: 'Raise its monthly limit, or wait for the next month.',
  },
  'credits.account_frozen': {
    what: 'Your credits are frozen while an admin checks the account.',
    next: 'Ask an admin to release it.',
    isAboutCredits: true,
  },
  'credits.account_contradictory': {
    what: 'The account stays frozen: its balance still does not follow from its entries.',
    next: 'Find out what changed it, or restore a backup.',
  },
  'credits.grant_invalid': {
    what: 'The balance was not changed: this amount is not possible for the account.',
    next: 'Enter another amount.',
  },

  'studio.generation_not_found': { what: 'This generation no longer exists.', next: 'Reload the page.' },
  'studio.provider_unknown': {
    what: 'This provider is not available here.',
    next: 'Choose another provider.',
    isAboutCredits: true,
  },
  'studio.provider_disabled': {
    what: 'This provider was turned off by an admin.',
    next: 'Choose another provider.',
    isAboutCredits: true,
  },
  'studio.provider_incapable': {
    what: 'This provider can’t make that combination of tier, shape and count.',
    next: 'Change an option or choose another provider.',
    isAboutCredits: true,
  },
  'studio.queue_full': {
    what: 'Too many images are waiting to be made already.',
    next: 'Wait until some of them are done, then try again.',
    isAboutCredits: true,
  },
  'studio.interrupted': {
    what: 'The server restarted while it was working.',
    next: 'Try again.',
    isAboutCredits: true,
  },
  'studio.canceled': {
    what: 'The generation was cancelled.',
    next: 'Start it again when you are ready.',
    isAboutCredits: true,
  },
  'studio.not_in_time': {
    what: 'The images were not finished in time.',
    next: 'Try again later, or with fewer images.',
  },
  'studio.model_unknown': { what: 'There is no such model.', next: 'Choose one of those that are listed.' },
  'studio.too_many_streams': {
    what: 'The studio is open in too many tabs for all of them to be kept up to date at once.',
    next: 'Close some of them.',
  },
  'studio.event_id_invalid': {
    what: 'The live updates could not go on where they had stopped.',
    next: 'Reload the page.',
  },

  'settings.invalid': { what: namedFields, next: 'Nothing was saved. Correct it and save again.' },

  'gallery.image_not_found': { what: 'This image no longer exists.', next: 'Go back to the gallery.' },
  'gallery.cursor_invalid': { what: 'The list has changed since you opened it.', next: 'Reload it from the start.' },

  'storage.link_invalid': { what: 'This image link is not valid.', next: 'Open the image from the gallery.' },
  'storage.link_expired': { what: 'This image link has expired.', next: 'Reload the page to get a new one.' },
  'storage.object_not_found': {
    what: 'The image’s file is missing.',
    next: 'Tell your admin, and make the image again.',
  },
  'storage.full': {
    what: 'The image couldn’t be saved because the storage is full.',
    next: 'Tell your admin.',
    isAboutCredits: true,
  },
  'storage.unavailable': {
    what: 'The image storage can’t be reached right now.',
    next: 'Try again in a minute.',
    isAboutCredits: true,
  },

  'provider.content_rejected': {
    what: 'This request was blocked by the content policy.',
    next: 'Edit the prompt and try again.',
    isAboutCredits: true,
  },
  'provider.rate_limited': {
    what: 'The provider is receiving too many requests right now.',
    next: 'Try again in a minute or choose another provider.',
    isAboutCredits: true,
  },
  'provider.quota_exhausted': {
    what: 'The provider’s own quota is used up.',
    next: 'Choose another provider, or tell your admin.',
    isAboutCredits: true,
  },
  'provider.auth_failed': {
    what: 'The provider rejected the API key of this server.',
    next: 'Choose another provider, or ask your admin to replace the key.',
    isAboutCredits: true,
  },
  'provider.unavailable': {
    what: 'The provider had a problem.',
    next: 'Try again or choose another provider.',
    isAboutCredits: true,
  },
  'provider.timeout': {
    what: 'The provider took too long to answer.',
    next: 'Try again or choose another provider.',
    isAboutCredits: true,
  },
  'provider.invalid_request': {
    what: 'The provider didn’t accept this request.',
    next: 'Change the prompt or the options and try again.',
    isAboutCredits: true,
  },
  'provider.bad_response': {
    what: 'The provider sent something that isn’t a usable image.',
    next: 'Try again or choose another provider.',
    isAboutCredits: true,
  },
  'provider.none_available': {
    what: 'No provider can make this right now.',
    next: 'Try again in a few minutes or choose another tier.',
    isAboutCredits: true,
  },
  'providers.not_found': { what: 'This provider does not exist here.', next: 'Reload the page.' },
  'providers.credentials_invalid': { what: namedFields, next: 'Nothing was saved. Correct it and save again.' },
  'providers.connection_fixed': {
    what: 'This provider works without a connection, so there is nothing to set up or to test.',
    next: 'Choose another provider.',
  },
  'providers.test_throttled': {
    what: 'This connection was tested several times just now.',
    next: 'Wait a moment, then test it again.',
  },
  'enhancer.unavailable': {
    what: 'Couldn’t enhance right now. Your prompt is unchanged.',
    next: 'Try again, or generate with your own words.',
    isAboutCredits: true,
  },
  'enhancer.throttled': {
    what: 'Many prompts were enhanced just now. Your prompt is unchanged.',
    next: 'Wait a moment, then try again.',
    isAboutCredits: true,
  },
};
