import { describe, expect, test } from '@jest/globals';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { EndUsers } from './end-users.js';

const hashOf = (userId: number, secretKey = 'a secret of sixty-four characters'): string =>
  new EndUsers(new SecretKeys({ secretKey })).hashOf(userId);

describe('The name of a person that vendors may know', () => {
  test('stays what it is, as a vendor would take them for somebody else otherwise', () => {
    expect(hashOf(7)).toBe('4349961f6832e70472c2d53d1882a2ca49625957ed5878829382be04ca2e9929');
  });

  test('is that of no other person, and of nobody elsewhere', () => {
    expect(new Set([hashOf(7), hashOf(8), hashOf(7, 'the secret of another installation')]).size).toBe(3);
  });
});
