/**
 * How secrets begin: our keys, tokens and the secrets of webhooks, and the keys of vendors. Each is longer than what may
 * be told of it.
 */
const SECRET = /\b(atl_|whsec_|eyJ|sk-|hf_|AIza)[\w+/=.-]{12,}/g;

/**
 * Leaves of a secret in a log line only how it begins. Nothing is logged in which one is expected; but somebody may give
 * their key as a path or as the name of a model, and be told that there is no such thing.
 */
export const withoutSecrets = (line: string): string => line.replace(SECRET, '$1…');
