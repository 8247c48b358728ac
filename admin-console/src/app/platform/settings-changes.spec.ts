import { describe, expect, it } from '@jest/globals';
import { changesBetween, keepEdits } from './settings-changes';

const SAVED = {
  credit_price_standard: '1',
  credit_price_premium2: '2',
  prompt_enhancer_provider: 'huggingface',
  initial_credits: '100',
};

const WORDS = { label: (key: string) => key.replaceAll('_', ' '), inWords: (_key: string, value: string) => value };

describe('changes of the settings', () => {
  it('names each changed field with what it was and will be, in the order of the page', () => {
    const draft = { ...SAVED, initial_credits: '50', credit_price_standard: '5' };
    expect(changesBetween(SAVED, draft, WORDS)).toEqual([
      { key: 'credit_price_standard', label: 'credit price standard', from: '1', to: '5', value: '5' },
      { key: 'initial_credits', label: 'initial credits', from: '100', to: '50', value: '50' },
    ]);
  });

  it('takes the same number in another spelling for no change', () => {
    expect(changesBetween(SAVED, { ...SAVED, credit_price_standard: ' 01 ' }, WORDS)).toEqual([]);
  });

  it('keeps what was typed when fresh settings arrive, and follows them elsewhere', () => {
    const typed = { ...SAVED, credit_price_standard: '7' };
    const fresh = { ...SAVED, credit_price_standard: '3', initial_credits: '10', newer: 'than the form' };
    expect(keepEdits(typed, SAVED, fresh)).toEqual({ ...fresh, credit_price_standard: '7' });
  });
});
