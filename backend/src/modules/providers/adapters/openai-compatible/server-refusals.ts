import type { RefusalReader } from '../../wire/refusals.js';

/** What sentences call the server, which nobody else has a name for. */
export const SERVER = 'The image server';

const NO_SUCH_PLACE = 'Not Found';

/** How servers of one's own refuse, in as many forms as there are. */
export const serverReader: RefusalReader = {
  vendorLabel: SERVER,
  judge: (status, { message }, headers) => {
    // It says when it has a card to spare: busy, not broken.
    if (status === 503 && headers['retry-after'] !== undefined) return { category: 'rate_limited' };
    // A web framework's own answer to an address that it does not know; and what is none is answered with HTML.
    if (status === 405 || (status === 404 && (message === '' || message === NO_SUCH_PLACE))) {
      return {
        category: 'invalid_request',
        message: `${SERVER} makes no images at the address that has been set up: it mostly ends in /v1. Tell your administrator.`,
      };
    }
    if (status === 404) {
      return {
        category: 'invalid_request',
        message: `${SERVER} does not have the model that has been set up. Tell your administrator.`,
      };
    }
    return undefined;
  },
};
