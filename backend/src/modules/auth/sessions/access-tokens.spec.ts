import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { Configuration, readVariables } from '../../../platform/config/index.js';
import { SecretKeys } from '../../../platform/crypto/index.js';
import { Clock } from '../../../platform/time/index.js';
import { AccessTokens } from './access-tokens.js';

const keys = new SecretKeys(new Configuration(readVariables({}), 'a master key of at least 32 bytes'));
const tokens = new AccessTokens(keys, new Clock());
const genuineKey = keys.keyFor('access-token');
const nowS = Math.floor(Date.now() / 1_000);
/** Longer than these tests take. */
const HOUR_S = 3_600;

const GENUINE = { alg: 'HS256', typ: 'at+jwt', iss: 'atelier', aud: 'atelier-api', sub: '7', ver: 3, sid: 'session' };
type Parts = Omit<typeof GENUINE, 'ver' | 'sid'> & { ver: unknown; sid: unknown; nbf: number; exp: number };

function forge(change: Partial<Parts>, key: Buffer | Parameters<SignJWT['sign']>[0] = genuineKey): Promise<string> {
  const { alg, typ, iss, aud, sub, nbf, exp, ...claims } = { ...GENUINE, nbf: nowS - 1, exp: nowS + HOUR_S, ...change };
  return new SignJWT({ ...claims, iss, aud, sub, nbf, exp, iat: nowS }).setProtectedHeader({ alg, typ }).sign(key);
}

const other = new SecretKeys(new Configuration(readVariables({}), 'another master key of 32 bytes or so'));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });

describe('AccessTokens', () => {
  test('takes its own tokens', async () => {
    const claims = { userId: 7, version: 3, sessionId: 'session' };

    expect((await tokens.verify(await tokens.sign(claims))).session).toEqual(claims);
    expect(await tokens.verify(await forge({}))).toMatchObject({ session: claims, expiresAt: (nowS + HOUR_S) * 1_000 });
  });

  test('lets a token live for ten minutes', async () => {
    const clock = new (class extends Clock {
      nowMs = 1_800_000_000_000;
      override now(): number {
        return this.nowMs;
      }
    })();
    const timed = new AccessTokens(keys, clock);
    const token = await timed.sign({ userId: 7, version: 3, sessionId: 'session' });

    clock.nowMs += 599_000;
    await expect(timed.verify(token)).resolves.toMatchObject({ session: { userId: 7 }, expiresAt: 1_800_000_600_000 });
    clock.nowMs += 1_000;
    await expect(timed.verify(token)).rejects.toMatchObject({ code: 'auth.token_expired' });
  });

  test('knows a thousand tokens again, takes none that is like one of them, and one it has forgotten as well', async () => {
    const first = await forge({});
    await tokens.verify(first);
    const [head = '', claims = '', signature = ''] = first.split('.');
    const asAnother = Buffer.from(claims, 'base64url').toString().replace('"sub":"7"', '"sub":"1"');
    const likeIt = `${head}.${Buffer.from(asAnother).toString('base64url')}.${signature}`;
    await expect(tokens.verify(likeIt)).rejects.toMatchObject({ code: 'auth.token_invalid' });
    await expect(tokens.verify(` ${first}`)).rejects.toMatchObject({ code: 'auth.token_invalid' });

    for (let index = 1; index <= 1_001; index += 1) {
      const { session } = await tokens.verify(await tokens.sign({ userId: index, version: 0, sessionId: `s${index}` }));
      expect(session.userId).toBe(index);
    }
    expect((await tokens.verify(first)).session.userId).toBe(7);
  });

  test.each<[string, () => Promise<string> | string, string]>([
    ['no algorithm', () => new UnsecuredJWT({ sub: '7', ver: 3, sid: 's' }).setIssuer('atelier').encode(), 'invalid'],
    [
      'another algorithm with the same key',
      () => forge({ alg: 'HS512' }, Buffer.concat([genuineKey, genuineKey])),
      'invalid',
    ],
    ['an asymmetric algorithm', () => forge({ alg: 'RS256' }, rsa.privateKey), 'invalid'],
    ['a public key as the secret', () => forge({}, spki()), 'invalid'],
    ["another installation's key", () => forge({}, other.keyFor('access-token')), 'invalid'],
    ["another purpose's key", () => forge({}, keys.keyFor('image-link')), 'invalid'],
    ['another audience', () => forge({ aud: 'somewhere-else' }), 'invalid'],
    ['another issuer', () => forge({ iss: 'somebody-else' }), 'invalid'],
    ['another type', () => forge({ typ: 'JWT' }), 'invalid'],
    ['a start in the future', () => forge({ nbf: nowS + HOUR_S }), 'invalid'],
    ['an end in the past', () => forge({ exp: nowS - 1 }), 'expired'],
    ['a subject that is no user id', () => forge({ sub: '7 OR 1=1' }), 'invalid'],
    ['a version of another kind', () => forge({ ver: '3' }), 'invalid'],
    ['no session', () => forge({ sid: undefined }), 'invalid'],
    ['a signature that was cut', async () => (await forge({})).slice(0, -2), 'invalid'],
    ['something that is no token', () => 'a.b.c', 'invalid'],
  ])('refuses %s', async (_, make, outcome) => {
    await expect(tokens.verify(await make())).rejects.toMatchObject({
      code: `auth.token_${outcome}`,
      kind: 'unauthenticated',
    });
  });

  test('refuses a token whose claims were exchanged', async () => {
    const [header, , signature] = (await forge({})).split('.');
    const claims = Buffer.from(JSON.stringify({ ...GENUINE, sub: '1', exp: nowS + HOUR_S, nbf: nowS, iat: nowS }));

    await expect(tokens.verify(`${header}.${claims.toString('base64url')}.${signature}`)).rejects.toMatchObject({
      code: 'auth.token_invalid',
    });
  });
});

function spki(): Buffer {
  return Buffer.from(createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' }));
}
