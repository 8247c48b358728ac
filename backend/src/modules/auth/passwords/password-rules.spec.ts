import { describe, expect, test } from '@jest/globals';
import { weaknessOf } from './password-rules.js';

const EMAIL = 'ada.lovelace@example.com';

describe('password rules', () => {
  test.each([
    ['too short', 'fourteen chars'],
    ['too short, although it has more than 15 UTF-16 units', '🦊🦊🐻🐼🐨🐯🦁🐮'],
    ['too long', 'x9'.repeat(129)],
    ['the e-mail address', 'Ada.Lovelace@Example.com'],
    ['one character over and over', 'aaaaaaaaaaaaaaaaaaaa'],
    ['a word over and over', 'Atelier!Atelier!'],
    ['a known guess', 'Password12345678'],
    ['a known guess in full-width letters', 'ｐａｓｓｗｏｒｄ12345678'],
  ])('refuses what is %s', (_, password) => {
    expect(weaknessOf(password, EMAIL)).toEqual(expect.any(String));
  });

  test.each([
    ['a phrase of one kind of character', 'seven quiet harbours'],
    ['exactly 15 characters', 'kzmwq rtvbn lp'.padEnd(15, '7')],
    [
      '256 characters',
      Array.from({ length: 256 }, (_, index) => String.fromCharCode(97 + ((index * 7) % 25))).join(''),
    ],
    ['another script', 'τρία ήσυχα λιμάνια'],
  ])('takes %s', (_, password) => {
    expect(weaknessOf(password, EMAIL)).toBeUndefined();
  });
});
