import { describe, expect, it } from '@jest/globals';
import { fakeProvider } from './testing/fake-provider.js';
import { ProviderRegistry } from './provider-registry.js';

describe('ProviderRegistry', () => {
  it('finds providers by key and lists them in the order of registration', () => {
    const [openai, mock] = [fakeProvider({ key: 'openai' }), fakeProvider({ key: 'mock' })];
    const registry = new ProviderRegistry([openai, mock]);
    expect(registry.get('mock')).toBe(mock);
    expect(registry.get('nobody')).toBeUndefined();
    expect(registry.list()).toEqual([openai, mock]);
  });

  it('refuses two providers under one key', () => {
    const twins = [fakeProvider({ key: 'mock' }), fakeProvider({ key: 'mock' })];
    expect(() => new ProviderRegistry(twins)).toThrow('Two image providers are registered under the key "mock".');
  });
});
