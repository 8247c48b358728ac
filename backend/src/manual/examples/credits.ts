import type { LedgerAuditReport, LedgerEntry } from '@atelier/contracts';
import type { OperationExamples } from '../../platform/http/docs/manual.js';
import { ADA, IDS, pageOf } from './samples.js';

const ENTRY: LedgerEntry = {
  id: '4711',
  kind: 'capture',
  amount: 1,
  available_after: 96,
  held_after: 0,
  generation_id: IDS.generation,
  image_id: IDS.image,
  reason: null,
  actor: 'system',
  created_at: '2026-11-28T09:14:07.418Z',
};

const REPORT: LedgerAuditReport = {
  verified_at: '2026-11-28T09:00:00.000Z',
  accounts_checked: 12,
  entries_checked: 8_410,
  mismatch_count: 0,
  mismatches: [],
  frozen_accounts: [],
};

export const CREDITS_EXAMPLES = {
  getBalance: { answers: { 200: { available: 96, held: 1, consumed: 3, granted: 100 } } },
  listLedgerEntries: { parameters: { cursor: 4711 }, answers: { 200: pageOf(ENTRY, '4711') } },
  grantCredits: {
    request: { user_id: ADA.id, amount: 50, reason: 'Autumn campaign' },
    answers: { 201: { id: '4712', balance: { available: 146, held: 1 } } },
  },
  getLedgerAudit: { answers: { 200: REPORT } },
  auditLedger: { answers: { 200: REPORT } },
  releaseAccount: { parameters: { user_id: ADA.id }, answers: { 200: { user_id: ADA.id, is_frozen: false } } },
} as const satisfies Record<string, OperationExamples>;
