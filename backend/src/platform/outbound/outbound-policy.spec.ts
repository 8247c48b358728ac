import { describe, expect, it } from '@jest/globals';
import { AllowList, isAllowListEntry } from './allow-list.js';
import { OutboundPolicy, hostOf } from './outbound-policy.js';

const strict = new OutboundPolicy(new AllowList([]));

/** Whether a request to this URL would lead to a connection, when its name leads to this address. */
function isAllowed(policy: OutboundPolicy, text: string, address?: string): boolean {
  try {
    const url = policy.checkUrl(text);
    const host = hostOf(url);
    return policy.mayDial(host, address ?? host, url.protocol === 'https:');
  } catch {
    return false;
  }
}

describe('OutboundPolicy', () => {
  it.each([
    ['a public name', 'https://api.openai.com/v1/images/generations', '162.159.140.245'],
    ['a public name on IPv6', 'https://api.openai.com/', '2606:4700:4400::6812:2af3'],
    ['a public address', 'https://1.1.1.1/', undefined],
    ['a public address on IPv6', 'https://[2606:4700:4700::1111]/', undefined],
    ['another port', 'https://gateway.example:8443/v1', '93.184.215.14'],
  ])('lets through %s', (_, url, address) => {
    expect(isAllowed(strict, url, address)).toBe(true);
  });

  it.each([
    'http://127.0.0.1/',
    'https://127.0.0.1/',
    'https://127.0.0.1:8000/',
    'https://127.1/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://127.0.0.1./',
    'https://①②⑦.⓪.⓪.①/',
    'https://127%2e0.0.1/',
    'https://0.0.0.0/',
    'https://0/',
    'https://10.0.0.1/',
    'https://100.64.0.1/',
    'https://100.100.100.200/latest/meta-data/',
    'https://168.63.129.16/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.0.0.192/',
    'https://192.0.2.1/',
    'https://192.88.99.1/',
    'https://192.168.1.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b::808:808]/',
    'https://[100::1]/',
    'https://[2001::1]/',
    'https://[2001:db8::1]/',
    'https://[2002:7f00:1::1]/',
    'https://[3fff::1]/',
    'https://[5f00::1]/',
    'https://[fc00::1]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'http://8.8.8.8/',
    'http://api.openai.com/v1',
    'https://user:password@api.openai.com/v1',
    'https://user@api.openai.com/v1',
    'https://example.com:22/',
    'https://example.com:25/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'gopher://example.com/',
    'javascript:alert(1)',
    '//example.com/',
    'example.com',
    '',
  ])('refuses %j', (url) => {
    expect(isAllowed(strict, url, undefined)).toBe(false);
  });

  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:10.0.0.1',
    'fe80::1%eth0',
    'fd00::1',
    'nonsense',
  ])('refuses a public name that leads to %s', (address) => {
    expect(isAllowed(strict, 'https://vendor.example/', address)).toBe(false);
  });
});

describe('OutboundPolicy with an allow-list', () => {
  const policy = new OutboundPolicy(
    new AllowList(['127.0.0.1', '10.1.0.0/16', 'fd12::/16', '100.64.0.0/10', '169.254.7.7', 'Gateway.internal']),
  );

  it.each([
    ['an allowed address', 'http://127.0.0.1:9000/', undefined],
    ['the same, written as IPv6', 'http://[::ffff:127.0.0.1]/', undefined],
    ['an address in an allowed network', 'http://10.1.2.3/', undefined],
    ['the same over TLS', 'https://10.1.2.3:8443/', undefined],
    ['an address in an allowed network of IPv6', 'http://[fd12::7]/', undefined],
    ['a name that leads into an allowed network', 'http://models.lan/', '10.1.0.9'],
    ['an allowed name, wherever it is private', 'http://gateway.internal/', '192.168.7.7'],
    ['an allowed name at home', 'http://GATEWAY.internal/', '127.0.0.1'],
    ['what is public anyway', 'https://api.openai.com/', '162.159.140.245'],
  ])('lets through %s', (_, url, address) => {
    expect(isAllowed(policy, url, address)).toBe(true);
  });

  it.each([
    ['the next address', 'http://127.0.0.2/', undefined],
    ['the next network', 'https://10.2.0.1/', undefined],
    ['another name in a private network', 'https://other.internal/', '192.168.7.7'],
    ['a public name without TLS', 'http://api.openai.com/', '162.159.140.245'],
    ['an allowed name that leads to the metadata of a cloud', 'http://gateway.internal/', '169.254.169.254'],
    ['an allowed name that leads to a link-local address', 'http://gateway.internal/', 'fe80::1'],
    ['an allowed name that leads nowhere', 'http://gateway.internal/', '0.0.0.0'],
    ['the metadata of a cloud in an allowed network', 'http://100.100.100.200/', undefined],
    ['the same by an allowed name', 'http://gateway.internal/', '100.100.100.200'],
    ['a link-local address that is itself allowed', 'http://169.254.7.7/', undefined],
    ['a name that leads there', 'http://models.lan/', '169.254.7.7'],
    ['a name that contains an allowed one', 'http://gateway.internal.example/', '192.168.7.7'],
  ])('refuses %s', (_, url, address) => {
    expect(isAllowed(policy, url, address)).toBe(false);
  });
});

describe('an entry of the allow-list', () => {
  it.each(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', 'localhost', 'models.lan', 'my_host', 'a-b.c'])(
    'may be %j',
    (entry) => expect(isAllowListEntry(entry)).toBe(true),
  );

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    '256.1.1.1',
    '::/129',
    '10.0.0.0/8/8',
    '*',
    'http://a',
    'a:80',
    '-a',
  ])('may not be %j', (entry) => expect(isAllowListEntry(entry)).toBe(false));
});
