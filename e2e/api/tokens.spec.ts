import { createSign, generateKeyPairSync } from 'node:crypto';
import type { Me, SessionGrant } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn, withToken } from '../support/api-client.js';
import { keyOf, readToken, tokenOf } from '../support/forgery.js';
import { type Member, createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { expectNothingMoved } from '../support/standing.js';

describe('an access token', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  let genuine: string;
  let header: Record<string, unknown>;
  let claims: Record<string, unknown>;
  let key: Buffer;

  const me = (token: string) => withToken(server, token).get<Me>('/auth/me');
  const nowS = () => Math.floor(Date.now() / 1_000);

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    member = await createMember(server, admin, 5);
    const { email, password } = member;
    const { body } = await anonymous(server).post<SessionGrant>('/auth/login', { email, password });
    genuine = body.access_token;
    ({ header, claims } = readToken(genuine));
    key = keyOf(server, 'access-token');
  });

  afterAll(() => server.dispose());

  it('that a test makes with the key is as good as one of the server, so the refusals below mean something', async () => {
    expect((await me(genuine)).body.id).toBe(member.id);
    expect((await me(tokenOf(header, claims, key))).body.id).toBe(member.id);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(600);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'nbf', 'sid', 'sub', 'ver']);
  });

  it('is refused after it has expired', async () => {
    const now = nowS();
    const expired = tokenOf(header, { ...claims, iat: now - 660, nbf: now - 665, exp: now - 60 }, key);
    expectProblem(await me(expired), 401, 'auth.token_expired');
    const answer = await expectNothingMoved(member.client, () =>
      withToken(server, expired).post('/studio/generate', { prompt: 'a', tier: 'standard' }),
    );
    expectProblem(answer, 401, 'auth.token_expired');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('is refused when anything in it is not as the server makes it', async () => {
    const forged = (changed: object, changedHeader: object = {}): string =>
      tokenOf({ ...header, ...changedHeader }, { ...claims, ...changed }, key);
    const later = nowS() + 3_600;
    const refused: Record<string, string> = {
      'not valid yet': forged({ nbf: later, iat: later, exp: later + 600 }),
      'for somebody else': forged({ aud: 'another-api' }),
      'of somebody else': forged({ iss: 'another' }),
      'of another type': forged({}, { typ: 'JWT' }),
      'without an expiry': forged({ exp: undefined }),
      'of another session': forged({ sid: '01a2075f-1b95-7062-9f31-d87ab03ab2a3' }),
      'of another user': forged({ sub: '1' }),
      'of nobody': forged({ sub: '999999' }),
      'of a list': forged({ sub: ['1'] }),
      'of a strange user': forged({ sub: '1 OR 1=1' }),
      'with a critical extension': forged({}, { crit: ['x'], x: 1 }),
    };
    for (const [what, token] of Object.entries(refused)) {
      const { status, body } = await me(token);
      expect([what, status, (body as { code?: string }).code]).toEqual([what, 401, 'auth.token_invalid']);
    }
    // A user who has changed since is told to refresh.
    expectProblem(await me(forged({ ver: 7 })), 401, 'auth.token_expired');
  });

  it('is refused when it is not signed with the key', async () => {
    const [head = '', body = '', signature = ''] = genuine.split('.');
    const asAdmin = { ...claims, sub: '1' };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const rsaHead = tokenOf({ ...header, alg: 'RS256' }, asAdmin).slice(0, -1);
    const refused: Record<string, string> = {
      'alg none': tokenOf({ ...header, alg: 'none' }, claims),
      'alg None': tokenOf({ ...header, alg: 'None' }, claims),
      'alg none, signed': tokenOf({ ...header, alg: 'none' }, claims, key),
      'no alg': tokenOf({ typ: header['typ'] }, claims, key),
      'alg HS512': tokenOf({ ...header, alg: 'HS512' }, claims, key),
      'a public key as secret': `${rsaHead}.${createSign('RSA-SHA256').update(rsaHead).sign(privateKey, 'base64url')}`,
      'another key': tokenOf(header, claims, 'secret'),
      'an empty key': tokenOf(header, claims, ''),
      'the key of another purpose': tokenOf(header, claims, keyOf(server, 'image-link')),
      'a key file': tokenOf({ ...header, kid: '../../dev/null' }, claims, ''),
      'a key of its own': tokenOf(
        { ...header, jwk: { kty: 'oct', k: 'c2VjcmV0' }, jku: 'http://127.0.0.1:1/' },
        claims,
        'secret',
      ),
      'other claims': `${head}.${tokenOf(header, asAdmin).split('.')[1]!}.${signature}`,
      'another header': `${tokenOf({ ...header, x: 1 }, {}).split('.')[0]!}.${body}.${signature}`,
      'no signature': `${head}.${body}.`,
      'two parts': `${head}.${body}`,
      'four parts': `${genuine}.${signature}`,
      'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    };
    for (const [what, token] of Object.entries(refused)) {
      const { status, body: problem } = await me(token);
      expect([what, status, (problem as { code?: string }).code]).toEqual([what, 401, 'auth.token_invalid']);
    }
  });

  it.each([
    ['Basic', 'Basic YWRtaW46YWRtaW4=', 'auth.token_invalid'],
    ['nothing', '', 'auth.required'],
    ['a scheme alone', 'Bearer', 'auth.token_invalid'],
    ['markup', "Bearer ' OR '1'='1", 'auth.token_invalid'],
    ['a long text', `Bearer ${'x'.repeat(5_000)}`, 'auth.token_invalid'],
  ] as const)('is missed when there is %s instead', async (_, authorization, code) => {
    expectProblem(await anonymous(server).get('/auth/me', { headers: { authorization } }), 401, code);
  });

  it('counts in the Authorization header alone', async () => {
    const query = { access_token: genuine, token: genuine, authorization: `Bearer ${genuine}` };
    const headers = { cookie: `access_token=${genuine}; atelier_refresh=${genuine}`, 'x-access-token': genuine };
    expectProblem(await anonymous(server).get('/auth/me', { query, headers }), 401, 'auth.required');
    const two = await anonymous(server).get('/auth/me', {
      headers: { authorization: `Bearer ${genuine}, Bearer ${genuine}` },
    });
    expectProblem(two, 401, 'auth.token_invalid');
  });
});
