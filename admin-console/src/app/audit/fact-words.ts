import type { AuditFacts } from '@atelier/contracts';
import { formatCredits, formatInstant, formatNumber, formatSpan } from '../platform/formatting';
import { settingName, wholeSettingInWords } from '../platform/setting-names';

type Fact = AuditFacts[string];

/** How recorded fields are called where their name on the wire doesn't say it well. */
const FACT_NAMES: Readonly<Record<string, string>> = {
  allowed_addresses: 'allowed addresses',
  api_key: 'key',
  base_url: 'address',
  enabled: 'switch',
  expires_at: 'end',
  grace_seconds: 'time of grace',
  grant_id: 'grant',
  monthly_credit_limit: 'monthly limit',
  url: 'address',
  user_id: 'account',
  user_name: 'name of the account',
};

/** As much of a long value is read in a sentence; the drawer has the whole. */
const READ_LENGTH = 80;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** Recorded fields are either keys of settings or names such as `monthly_credit_limit`. */
export function factName(field: string): string {
  const setting = settingName(field);
  return setting === field ? (FACT_NAMES[field] ?? field.replaceAll('_', ' ')) : setting;
}

/** A whole value as it is read: `5 credits`, `none`, `3 Nov 2026, 14:05`. */
export function factInWords(field: string, fact: Fact | undefined): string {
  if (fact === null || fact === undefined || fact === '') return 'none';
  if (typeof fact === 'boolean') return fact ? 'on' : 'off';
  if (typeof fact === 'number') return numberInWords(field, fact);
  if (typeof fact !== 'string') return fact.length === 0 ? 'none' : fact.join(', ');
  if (settingName(field) !== field) return wholeSettingInWords(field, fact);
  return INSTANT.test(fact) ? formatInstant(fact) : fact;
}

/** The same, short enough for a sentence. */
export function shortFact(field: string, fact: Fact | undefined): string {
  const text = factInWords(field, fact);
  return text.length > READ_LENGTH ? `${text.slice(0, READ_LENGTH)}…` : text;
}

function numberInWords(field: string, value: number): string {
  if (field === 'amount' || field === 'monthly_credit_limit') return formatCredits(value);
  if (field === 'grace_seconds') return value === 0 ? 'none' : formatSpan(value);
  return field.endsWith('_id') ? String(value) : formatNumber(value);
}
