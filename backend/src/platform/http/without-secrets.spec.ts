import { expect, test } from '@jest/globals';
import { withoutSecrets } from './without-secrets.js';

test.each([
  [
    "The model 'atl_18lhkg88shn3_8LFZFYnMLH9ct8brLQH23KM6CY0m9eGRPYjlQ8HRzBO37lbI2' does not exist.",
    "The model 'atl_…' does not exist.",
  ],
  ['{"path":"/api/v1/api-keys/atl_0a1b2c3d4e5f_Zz-9"}', '{"path":"/api/v1/api-keys/atl_…"}'],
  ['"whsec_AbC+/d0123456789=="', '"whsec_…"'],
  ['Bearer eyJhbGciOiJI.eyJzdWIiOiI.x-y_z', 'Bearer eyJ…'],
  ['sk-canary-entered-3kF9 hf_canaryOfTheEnv AIzaSyCanary0123456', 'sk-… hf_… AIza…'],
])('%s', (line, told) => {
  expect(withoutSecrets(line)).toBe(told);
});

test.each(['a risk-free task-list-of-long-words', '{"code":"auth.api_key_invalid"}', 'the prefix atl_ alone'])(
  '%s stays as it is',
  (line) => {
    expect(withoutSecrets(line)).toBe(line);
  },
);
