import { describe, expect, it } from '@jest/globals';
import { AllowList } from '../../../platform/outbound/allow-list.js';
import { OutboundPolicy } from '../../../platform/outbound/outbound-policy.js';
import { UnusableEntryError, readApiKey, readBaseUrl } from './credential-rules.js';
import { VENDOR_FACTS } from './vendors.js';

const KEY = 'sk-proj-canary_3kF9';

describe('an entered key', () => {
  it.each([
    ['as it is', KEY],
    ['with blanks around', `  ${KEY}\t`],
    ['with a line end', `${KEY}\r\n`],
    ['with marks that can not be seen', `\uFEFF${KEY}\u200B\u00A0`],
    ['in quotes', `"${KEY}"`],
    ['in quotes with blanks inside', ` '${KEY} ' `],
    ['as code', `\`${KEY}\``],
  ])('is read %s', (_, entered) => {
    expect(readApiKey(entered, VENDOR_FACTS.openai)).toBe(KEY);
  });

  it.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['""', 'is empty'],
    [`OPENAI_API_KEY=${KEY}`, 'a line of an .env file'],
    [`export OPENAI_API_KEY="${KEY}"`, 'a line of an .env file'],
    [`Bearer ${KEY}`, 'without the word Bearer'],
    [`${KEY} ${KEY}`, 'one word'],
    [`${KEY}\n${KEY}`, 'one word'],
    [`${KEY}\u0000`, 'one word'],
    ['sk-схема', 'one word'],
    [`"${KEY}`, 'quotes'],
    [`${KEY}'x`, 'quotes'],
  ])('is refused with a sentence that does not repeat it: %j', (entered, sentence) => {
    expect(() => readApiKey(entered, VENDOR_FACTS.openai)).toThrow(UnusableEntryError);
    expect(() => readApiKey(entered, VENDOR_FACTS.openai)).toThrow(sentence);
    expect(() => readApiKey(entered, VENDOR_FACTS.openai)).not.toThrow('canary');
  });

  it('is one of Hugging Face’s own, or it would be handed to somebody else', () => {
    expect(readApiKey(' hf_canary ', VENDOR_FACTS.huggingface)).toBe('hf_canary');
    expect(() => readApiKey(KEY, VENDOR_FACTS.huggingface)).toThrow(
      'is not one of Hugging Face, whose keys begin with hf_',
    );
    expect(readApiKey('EMPTY', VENDOR_FACTS.openai_compatible)).toBe('EMPTY');
  });
});

describe('an entered address', () => {
  const readWith = (policy: OutboundPolicy) => (text: string) => readBaseUrl(text, (url) => policy.checkUrl(url));
  const read = readWith(new OutboundPolicy(new AllowList(['models.lan', 'localhost'])));
  const readWithNetwork = readWith(new OutboundPolicy(new AllowList(['10.1.0.0/16'])));

  it.each([
    ['https://gateway.example/v1', 'https://gateway.example/v1'],
    [' https://gateway.example/v1// \n', 'https://gateway.example/v1'],
    ['HTTPS://Gateway.Example:443', 'https://gateway.example'],
    ['https://gateway.example/a/../v1', 'https://gateway.example/v1'],
    ['https://gateway.example:8443/openai', 'https://gateway.example:8443/openai'],
    ['http://models.lan:8000/v1', 'http://models.lan:8000/v1'],
    ['http://localhost:11434', 'http://localhost:11434'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('is read: %j', (entered, address) => {
    expect(read(entered)).toBe(address);
  });

  it.each([
    ['', 'a whole address'],
    ['gateway.example/v1', 'a whole address'],
    ['localhost:11434', 'must begin with https://'],
    ['ftp://gateway.example', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['javascript:alert(1)', 'must begin with https://'],
    ['https://me:hunter2@gateway.example', 'must not hold a name or a password'],
    ['https://hunter2@gateway.example', 'must not hold a name or a password'],
    ['https://gateway.example/v1?key=hunter2', 'no ? and no #'],
    ['https://gateway.example/v1#hunter2', 'no ? and no #'],
    ['https://gateway.example/v1?', 'no ? and no #'],
    ['http://gateway.example/v1', 'without TLS'],
    ['https://gateway.example:22', 'belongs to another service'],
    ['https://192.168.1.1/v1', 'is private'],
    ['https://127.0.0.1/v1', 'is private'],
    ['https://[::1]/v1', 'is private'],
    ['http://169.254.169.254/latest', 'is never reached'],
    ['https://169.254.169.254/latest', 'is never reached'],
    ['https://2852039166/latest', 'is never reached'],
    ['https://[fe80::1]/', 'is never reached'],
    ['https://[fd00:ec2::254]/', 'is never reached'],
    ['https://0.0.0.0/', 'is never reached'],
    [`https://gateway.example/${'é'.repeat(200)}`, 'is too long'],
  ])('is refused with a sentence: %j', (entered, sentence) => {
    expect(() => read(entered)).toThrow(UnusableEntryError);
    expect(() => read(entered)).toThrow(sentence);
    expect(() => read(entered)).not.toThrow('hunter2');
  });

  it('may be any name where a network is allowed that it may lead into: that is found out with each connection', () => {
    expect(readWithNetwork('http://models.example')).toBe('http://models.example');
    expect(readWithNetwork('http://10.1.2.3/v1/')).toBe('http://10.1.2.3/v1');
    expect(() => readWithNetwork('http://8.8.8.8')).toThrow('without TLS');
    expect(() => readWithNetwork('http://169.254.169.254')).toThrow('is never reached');
  });
});
