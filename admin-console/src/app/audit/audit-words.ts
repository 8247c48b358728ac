import type { AuditEntry } from '@atelier/contracts';
import type { StatusTone } from '../ui/status-dot';

export const RESULT_WORDS: Readonly<
  Record<AuditEntry['result'], { readonly label: string; readonly tone: StatusTone }>
> = {
  success: { label: 'Done', tone: 'success' },
  refused: { label: 'Refused', tone: 'error' },
};
