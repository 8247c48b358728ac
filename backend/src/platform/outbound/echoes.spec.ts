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
});
