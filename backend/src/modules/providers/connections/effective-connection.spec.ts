import { describe, expect, it } from '@jest/globals';
import { effectiveConnection } from './effective-connection.js';

const DEFAULT = 'https://vendor.test';
const ENVIRONMENT = 'https://environment.test';
const CONSOLE = 'https://console.test';

const given = (baseUrl?: string, apiKey?: string) => ({ baseUrl, apiKey });
const entered = (baseUrl: string | null = null, apiKey?: string | null) => ({ baseUrl, apiKey });

describe('the connection that applies', () => {
  it.each([
    ['nothing but the default', DEFAULT, given(), entered(), [DEFAULT, 'default', undefined, undefined]],
    ['nothing at all', undefined, given(), entered(), [undefined, undefined, undefined, undefined]],
    ['a key of the environment', DEFAULT, given(undefined, 'e'), entered(), [DEFAULT, 'default', 'e', 'environment']],
    [
      'both of the environment',
      DEFAULT,
      given(ENVIRONMENT, 'e'),
      entered(),
      [ENVIRONMENT, 'environment', 'e', 'environment'],
    ],
    [
      'a key of the console',
      DEFAULT,
      given(ENVIRONMENT, 'e'),
      entered(null, 'c'),
      [ENVIRONMENT, 'environment', 'c', 'console'],
    ],
    [
      'both of the console',
      DEFAULT,
      given(ENVIRONMENT, 'e'),
      entered(CONSOLE, 'c'),
      [CONSOLE, 'console', 'c', 'console'],
    ],
    [
      'an address of the console, to which the environment’s key does not go',
      DEFAULT,
      given(ENVIRONMENT, 'e'),
      entered(CONSOLE),
      [CONSOLE, 'console', undefined, undefined],
    ],
    [
      'the environment’s address, entered again',
      DEFAULT,
      given(ENVIRONMENT, 'e'),
      entered(ENVIRONMENT),
      [ENVIRONMENT, 'console', 'e', 'environment'],
    ],
    [
      'a key of the console that can not be read, for which no other stands in',
      DEFAULT,
      given(undefined, 'e'),
      entered(null, null),
      [DEFAULT, 'default', undefined, 'console'],
    ],
  ])('follows from %s', (_, defaultBaseUrl, environment, fromConsole, expected) => {
    const { baseUrl, baseUrlSource, apiKey, keySource } = effectiveConnection(defaultBaseUrl, environment, fromConsole);
    expect([baseUrl, baseUrlSource, apiKey, keySource]).toEqual(expected);
  });
});
