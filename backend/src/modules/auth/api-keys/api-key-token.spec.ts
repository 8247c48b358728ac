import { describe, expect, test } from '@jest/globals';
import { apiKeyIdOf, hashOfApiKey, looksLikeApiKey, newApiKey, newApiKeyId } from './api-key-token.js';

describe('API keys', () => {
  test('are well formed, name their id, and are all different', () => {
    const keys = Array.from({ length: 500 }, () => newApiKey());

    expect(keys.every((key) => /^atl_[0-9a-z]{12}_[0-9A-Za-z]{49}$/.test(key))).toBe(true);
    expect(new Set(keys.map((key) => apiKeyIdOf(key))).size).toBe(500);
    expect(new Set(keys.map(hashOfApiKey)).size).toBe(500);
    expect(apiKeyIdOf(newApiKey('abcdef012345'))).toBe('abcdef012345');
  });

  test('can hold every digit in an id', () => {
    const digits = new Set(Array.from({ length: 300 }, () => newApiKeyId()).join(''));
    expect([...digits].sort().join('')).toBe('0123456789abcdefghijklmnopqrstuvwxyz');
  });

  test('are refused when anything of them is missing or changed', () => {
    const key = newApiKey();
    const last = key.at(-1) === 'a' ? 'b' : 'a';
    const middle = key[30] === 'a' ? 'b' : 'a';
    const spoilt = [
      key.slice(0, -1),
      `${key}a`,
      key.slice(0, -1) + last,
      `${key.slice(0, 30)}${middle}${key.slice(31)}`,
      key.toUpperCase(),
      ` ${key}`,
      `${key}\n`,
      key.replace('atl_', 'ais_'),
      '',
      'atl_',
      `atl_${'a'.repeat(12)}_${"'; DROP TABLE api_key; --".repeat(2)}`,
    ];
    expect(spoilt.map((text) => apiKeyIdOf(text))).toEqual(spoilt.map(() => undefined));
  });

  test('are told from access tokens by how they begin', () => {
    expect([looksLikeApiKey('atl_x'), looksLikeApiKey('eyJhbGciOi'), looksLikeApiKey('Atl_x')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
