/** Name under which Passport knows how a session is recognised; its strategy is the auth module's. */
export const SESSION_STRATEGY = 'access-token';
