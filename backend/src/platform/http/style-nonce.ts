import { randomHex } from '../crypto/index.js';

const NONCE_BYTES = 16;

/** 128 random bits that nobody else is given. */
export const newStyleNonce = (): string => randomHex(NONCE_BYTES);
