import { describe, expect, it } from '@jest/globals';
import { settingInWords, settingName, switchedProvider } from './setting-names';

describe('the names of settings', () => {
  it.each([
    ['credit_price_standard', 'Standard price'],
    ['provider_priority', 'Order of the providers'],
    ['provider_openai_standard_model', 'OpenAI, Standard: model'],
    ['provider_openai_compatible_premium4_aspect_ratios', 'Own server (OpenAI-compatible), Premium 4: aspect ratios'],
    ['provider_gemini_premium2_cost_usd', 'Gemini, Premium 2: cost of one image'],
    ['provider_huggingface_max_concurrent', 'Hugging Face: images at the same time'],
    ['prompt_enhancer_ollama_model', 'Ollama: model for prompts'],
    ['provider_gemini_enabled', 'Gemini'],
    ['something_new', 'something_new'],
  ])('%s is %s', (key, name) => expect(settingName(key)).toBe(name));

  it('knows the switches of providers', () => {
    expect(switchedProvider('provider_openai_compatible_enabled')).toBe('Own server (OpenAI-compatible)');
    expect(switchedProvider('provider_priority')).toBeUndefined();
  });

  it.each([
    ['credit_price_standard', '5', '5 credits'],
    ['credit_price_standard', 'free', 'free'],
    ['credit_value_usd', '0.05', '$0.05'],
    ['prompt_enhancer_provider', 'huggingface', 'Hugging Face'],
    ['provider_gemini_enabled', 'true', 'on'],
    ['provider_gemini_enabled', 'false', 'off'],
    ['initial_credits', ' ', 'nothing'],
  ])('%s: %s reads %s', (key, value, words) => expect(settingInWords(key, value)).toBe(words));
});
