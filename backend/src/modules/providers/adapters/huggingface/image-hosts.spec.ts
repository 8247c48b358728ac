import { describe, expect, it } from '@jest/globals';
import { mayFetchFrom } from './image-hosts.js';

const ROUTER = 'https://router.huggingface.co';
const HOSTS = ['fal.media'];

describe('mayFetchFrom', () => {
  it.each(['https://fal.media/x.png', 'https://v3.fal.media/files/a/b.jpg', 'https://V3B.FAL.MEDIA/x?y=1'])(
    'takes %s',
    (address) => expect(mayFetchFrom(address, HOSTS, ROUTER)).toBe(true),
  );

  it.each([
    'http://v3.fal.media/x.png',
    'https://v3.fal.media:8443/x.png',
    'https://notfal.media/x.png',
    'https://fal.media.evil.example/x.png',
    'https://fal.media@evil.example/x.png',
    'https://user:word@v3.fal.media/x.png',
    'https://evil.example/https://fal.media/x.png',
    'https://evil.example#fal.media',
    'https://v3.fal.media\\@evil.example/x.png'.replace('v3.fal.media\\', 'evil.example\\'),
    'http://169.254.169.254/latest/meta-data/',
    'https://[::1]/x.png',
    'file:///etc/passwd',
    'data:image/png;base64,iVBORw0K',
    '//v3.fal.media/x.png',
    'x.png',
    '',
  ])('does not take %j', (address) => expect(mayFetchFrom(address, HOSTS, ROUTER)).toBe(false));

  it('takes what lies where the answer came from, and nothing else of that host', () => {
    const gateway = 'http://gateway.internal:8080/hf';
    expect(mayFetchFrom('http://gateway.internal:8080/files/x.png', [], gateway)).toBe(true);
    expect(mayFetchFrom('http://gateway.internal:9090/files/x.png', [], gateway)).toBe(false);
    expect(mayFetchFrom('https://gateway.internal/files/x.png', [], gateway)).toBe(false);
    expect(mayFetchFrom('http://key@gateway.internal:8080/x.png', [], gateway)).toBe(false);
  });
});
