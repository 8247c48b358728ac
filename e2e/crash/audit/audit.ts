import { type FileFindings, brokenImages, inspectFiles } from './image-rules.js';
import { brokenEvents, brokenItems, brokenKeys } from './job-rules.js';
import { brokenBalances, brokenHolds } from './ledger-rules.js';
import { type Installation, type Records, readRecords } from './records.js';

export interface AuditOptions {
  /** Whether all work has come to an end, so that nothing may be open any more. */
  readonly isQuiescent: boolean;
  /** Ids of images whose files were found in order before; added to. Only for audits that follow each other. */
  readonly verified?: Set<string>;
}

export interface AuditReport extends FileFindings {
  readonly records: Records;
}

/**
 * Holds the whole database and every file against the invariants, with nothing of the product's own code.
 * @returns every violation in a sentence
 */
export async function audit(installation: Installation, options: AuditOptions): Promise<AuditReport> {
  const records = await readRecords(installation);
  const { violations, orphans, drafts } = await inspectFiles(
    records,
    installation.dataDir,
    options.verified ?? new Set(),
  );
  return {
    records,
    orphans,
    drafts,
    violations: [
      ...brokenBalances(records),
      ...brokenHolds(records),
      ...brokenItems(records, options.isQuiescent),
      ...brokenKeys(records),
      ...brokenEvents(records),
      ...brokenImages(records),
      ...violations,
    ],
  };
}
