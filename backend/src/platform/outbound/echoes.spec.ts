import { describe, expect, it } from '@jest/globals';
import { credentialsIn, maskEchoes } from './echoes.js';

const KEY = 'hf_canary0123456789';

describe('a credential that a server sends back', () => {
  it.each([
    [{ Authorization: `Bearer ${KEY}` }],
    [{ authorization: `Key ${KEY}` }],
    [{ AUTHORIZATION: KEY }],
    [{ 'x-goog-api-key': KEY, Accept: 'image/png' }],
  ])('is known by the header that it was sent in: %j', (headers) => {
    expect(credentialsIn(headers)).toEqual([KEY]);
  });

  it('is none when it is no credential, or no longer than a word', () => {
    expect(credentialsIn({ Accept: 'application/json', 'user-agent': 'Atelier' })).toEqual([]);
    expect(credentialsIn({ Authorization: 'Bearer EMPTY' })).toEqual([]);
    expect(credentialsIn()).toEqual([]);
  });

  it('is masked wherever it is, and nothing else is', () => {
    const body = Buffer.from(
      `{"error":{"message":"Incorrect key: ${KEY}","code":"${KEY}${KEY}"},"x":"${KEY.slice(1)}"}`,
    );
    const headers = { 'x-request-id': `req_${KEY}`, 'set-cookie': [`a=${KEY}`, 'b=1'], 'content-type': 'text/plain' };

    const told = maskEchoes([KEY], headers, body);

    const mask = '*'.repeat(KEY.length);
    expect(body.toString()).toBe(
      `{"error":{"message":"Incorrect key: ${mask}","code":"${mask}${mask}"},"x":"${KEY.slice(1)}"}`,
    );
    expect(told).toEqual({
      'x-request-id': `req_${mask}`,
      'set-cookie': [`a=${mask}`, 'b=1'],
      'content-type': 'text/plain',
    });
  });

  it.each(['sk-canary-0123456789', 'canary0123456789', '-canary', 'canary0123456789_', 'cänary0123456789'])(
    'is found wherever a search for %s finds it, at the edges and among many that are nearly the same',
    (credential) => {
      const nearly = credential.slice(0, -1);
      const around = ['', nearly, 'A'.repeat(70_000), `${nearly}-_ä`.repeat(1_500)];
      for (const before of around) {
        for (const after of around) {
          const text = `${before}${credential}${credential}${after}${credential}`;
          const body = Buffer.from(text);
          maskEchoes([credential], {}, body);
          expect(body.toString() === text.replaceAll(credential, '*'.repeat(Buffer.byteLength(credential)))).toBe(true);
        }
      }
    },
  );
});
