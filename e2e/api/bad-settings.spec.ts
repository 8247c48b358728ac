import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { createMember } from '../support/members.js';
import { expectProblem } from '../support/problems.js';
import { type Server, startServer } from '../support/server.js';
import { changeSettings, settingsOf } from '../support/settings.js';

const PRICES = [
  '-1',
  'abc',
  '1e9',
  '1.5',
  '',
  ' ',
  '1 ',
  '+1',
  '0',
  '0x10',
  '1,000',
  '1000001',
  '９',
  'NaN',
  'Infinity',
];
const BAD_VALUES: [key: string, value: string][] = [
  ...PRICES.map((value): [string, string] => ['credit_price_standard', value]),
  ['credit_price_premium4', '-4'],
  ['credit_value_usd', '-0.05'],
  ['initial_credits', '-1'],
  ['initial_credits', '1000000001'],
  ['provider_mock_enabled', 'yes'],
  ['provider_mock_enabled', 'TRUE'],
  ['provider_mock_enabled', ''],
  ['image_gen_provider', 'nobody'],
  ['prompt_enhancer_provider', 'openai'],
  ['no_such_setting', '1'],
  ['toString', '1'],
  ['Credit_Price_Standard', '1'],
];

const BAD_BODIES: [what: string, body: unknown][] = [
  ['a number as value', { credit_price_standard: 5 }],
  ['null as value', { credit_price_standard: null }],
  ['a list as value', { credit_price_standard: ['5'] }],
  ['a very long value', { credit_price_standard: '1'.repeat(2_001) }],
  ['nothing', {}],
  ['a list', [{ key: 'credit_price_standard', value: '5' }]],
];

describe('a change of the settings that makes no sense', () => {
  let server: Server;
  let admin: ApiClient;

  const expectUnchanged = async (action: () => Promise<void>): Promise<void> => {
    const before = await settingsOf(admin);
    await action();
    expect(await settingsOf(admin)).toEqual(before);
  };

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    await changeSettings(admin, { credit_price_standard: '3' });
  });

  afterAll(() => server.dispose());

  it.each(BAD_VALUES)('changes nothing: %s = "%s"', async (key, value) => {
    await expectUnchanged(async () => {
      const problem = expectProblem(
        await admin.put('/admin/studio/settings', { [key]: value }),
        422,
        'settings.invalid',
      );
      expect(problem.errors?.map(({ path }) => path)).toEqual([key]);
    });
  });

  it.each(BAD_BODIES)('changes nothing: %s', async (_, body) => {
    await expectUnchanged(async () => {
      expectProblem(await admin.put('/admin/studio/settings', body), 422, 'request.invalid');
    });
  });

  it('changes nothing when it is right in part, and names all that is wrong', async () => {
    await expectUnchanged(async () => {
      const change = {
        credit_price_standard: '9',
        credit_price_premium2: '-1',
        initial_credits: '50',
        no_such_setting: 'x',
        provider_mock_enabled: 'false',
      };
      const problem = expectProblem(await admin.put('/admin/studio/settings', change), 422, 'settings.invalid');
      expect(problem.errors?.map(({ path }) => path)).toEqual(['credit_price_premium2', 'no_such_setting']);
    });
  });

  it('changes nothing when it comes from a member', async () => {
    const { client } = await createMember(server, admin, 0);
    await expectUnchanged(async () => {
      const change = { credit_price_standard: '1' };
      expectProblem(await client.put('/admin/studio/settings', change), 403, 'auth.forbidden');
    });
  });

  it('changes nothing when it smuggles a prototype in', async () => {
    await expectUnchanged(async () => {
      const answer = await admin.put('/admin/studio/settings', '{"__proto__":"x","credit_price_standard":"9"}');
      expect([400, 422]).toContain(answer.status);
    });
  });
});
