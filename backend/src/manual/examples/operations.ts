import type { OperationExamples } from '../../platform/http/docs/manual.js';

export const OPERATIONS_EXAMPLES = {
  getLiveness: { answers: { 200: { status: 'ok' } } },
  getReadiness: {
    answers: {
      200: { status: 'ok', checks: { database: 'ok', storage: 'ok', disk_space: 'ok', queue: 'ok' } },
      503: { status: 'unavailable', checks: { database: 'failed', storage: 'ok', disk_space: 'ok', queue: 'ok' } },
    },
  },
} as const satisfies Record<string, OperationExamples>;
