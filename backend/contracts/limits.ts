/** Longest prompt that is accepted, in UTF-16 code units. */
export const PROMPT_MAX_LENGTH = 8_000;

/** Longest name of a model, in characters. */
export const MODEL_MAX_LENGTH = 200;

/** Most images that one generation may ask for. */
export const GENERATION_MAX_COUNT = 8;

/** Most rows that one page of a list may hold. */
export const PAGE_MAX_LIMIT = 100;

/** Shortest and longest password, in characters. The lower bound is NIST 800-63B-4's for sign-in without a second factor. */
export const PASSWORD_MIN_LENGTH = 15;
export const PASSWORD_MAX_LENGTH = 256;

/** Most credits that one grant, price or balance may hold; keeps every sum a safe integer. */
export const CREDITS_MAX = 1_000_000_000_000;

/** Highest price of one image, in credits. */
export const PRICE_MAX = 1_000_000;

/** Most webhook endpoints that one account may have, and the longest description of one, in characters. */
export const WEBHOOK_MAX_ENDPOINTS = 20;
export const WEBHOOK_DESCRIPTION_MAX_LENGTH = 200;

/** For how long an old secret still signs after a rotation: a day unless said otherwise, a week at most, in seconds. */
export const WEBHOOK_GRACE_DEFAULT_S = 24 * 60 * 60;
export const WEBHOOK_GRACE_MAX_S = 7 * WEBHOOK_GRACE_DEFAULT_S;
