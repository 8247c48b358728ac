import { describe, expect, it } from '@jest/globals';
import { SecretEnvelope, SecretUnreadableError } from './secret-envelope.js';
import { SecretKeys } from './secret-keys.js';

const SECRET = 'sk-proj-canary-3kF9-é🗝';
const PLACE = { table: 'vendor_connection', rowId: 'openai', column: 'api_key_sealed' };

const keys = new SecretKeys({ secretKey: 'a master key of more than 32 bytes, for tests' });
const otherKeys = new SecretKeys({ secretKey: 'another master key of more than 32 bytes' });
const envelope = new SecretEnvelope(keys, 'provider-secret');

describe('a sealed secret', () => {
  it.each(['', 'x', SECRET, 'k'.repeat(4_096)])('is opened where it was sealed for: %#', (secret) => {
    expect(envelope.open(PLACE, envelope.seal(PLACE, secret))).toBe(secret);
  });

  it('shows nothing of itself, and looks different each time', () => {
    const [one, two] = [envelope.seal(PLACE, SECRET), envelope.seal(PLACE, SECRET)];
    expect(Buffer.from(one.sealed, 'base64url').includes(SECRET)).toBe(false);
    // The two keys and the four nonces are random: no run of bytes is in both.
    const bytesOfTwo = Buffer.from(two.sealed, 'base64url');
    const runs = Buffer.from(one.sealed, 'base64url');
    for (let at = 0; at + 8 <= runs.length; at += 1) expect(bytesOfTwo.includes(runs.subarray(at, at + 8))).toBe(false);
  });

  it.each([
    ['another row', { ...PLACE, rowId: 'gemini' }],
    ['another column', { ...PLACE, column: 'base_url' }],
    ['another table', { ...PLACE, table: 'webhook' }],
    ['a place that reads alike', { ...PLACE, rowId: 'openai|api_key_sealed', column: '' }],
  ])('opens nothing in %s', (_, place) => {
    const sealed = envelope.seal(PLACE, SECRET);
    expect(() => envelope.open(place, sealed)).toThrow(SecretUnreadableError);
  });

  it('opens nothing with another master key, for another purpose, or under another version', () => {
    const sealed = envelope.seal(PLACE, SECRET);
    expect(() => new SecretEnvelope(otherKeys, 'provider-secret').open(PLACE, sealed)).toThrow('another master key');
    expect(() => new SecretEnvelope(keys, 'backup').open(PLACE, sealed)).toThrow('was changed');
    // Whoever writes the other version beside it has not sealed it anew.
    const claimed = { ...sealed, keyVersion: otherKeys.version };
    expect(() => new SecretEnvelope(otherKeys, 'provider-secret').open(PLACE, claimed)).toThrow('was changed');
  });

  it('opens nothing once a single bit of it is another', () => {
    const { sealed, keyVersion } = envelope.seal(PLACE, SECRET);
    const content = Buffer.from(sealed, 'base64url');
    for (let bit = 0; bit < content.length * 8; bit += 1) {
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => envelope.open(PLACE, { sealed: changed.toString('base64url'), keyVersion })).toThrow(
        SecretUnreadableError,
      );
    }
  });

  it('opens nothing when a part of it is missing', () => {
    const { sealed, keyVersion } = envelope.seal(PLACE, SECRET);
    for (const length of [0, 1, 11, 30, 60, 80, sealed.length - 2]) {
      expect(() => envelope.open(PLACE, { sealed: sealed.slice(0, length), keyVersion })).toThrow(
        SecretUnreadableError,
      );
    }
  });

  it('does not tell the secret, or what lies there, when it can not be opened', () => {
    const { sealed, keyVersion } = envelope.seal(PLACE, SECRET);
    expect.assertions(2);
    try {
      envelope.open({ ...PLACE, rowId: 'gemini' }, { sealed, keyVersion });
    } catch (error) {
      expect(String(error)).not.toContain(sealed.slice(0, 12));
      expect(String(error)).toContain('vendor_connection.api_key_sealed of gemini');
    }
  });
});

describe('the version of a master key', () => {
  it('is the same in every process, another for another key, and no part of a key that is used', () => {
    expect(keys.version).toMatch(/^[0-9a-f]{16}$/);
    expect(new SecretKeys({ secretKey: 'a master key of more than 32 bytes, for tests' }).version).toBe(keys.version);
    expect(otherKeys.version).not.toBe(keys.version);
    expect(keys.keyFor('provider-secret').toString('hex')).not.toContain(keys.version);
  });
});
