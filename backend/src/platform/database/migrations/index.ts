import { CreateAccess1767225600000 } from './1767225600000-create-access.js';
import { CreateCreditLedger1767225600001 } from './1767225600001-create-credit-ledger.js';
import { CreateIdempotencyKeys1767225600002 } from './1767225600002-create-idempotency-keys.js';
import { CreateStudioSettings1767225600003 } from './1767225600003-create-studio-settings.js';
import { CreateGallery1767225600004 } from './1767225600004-create-gallery.js';
import { CreateGenerations1767225600005 } from './1767225600005-create-generations.js';
import { CreateGenerationEvents1767225600006 } from './1767225600006-create-generation-events.js';
import { CreateProviderAttempts1767225600007 } from './1767225600007-create-provider-attempts.js';
import { CreateProviderBreakers1767225600008 } from './1767225600008-create-provider-breakers.js';
import { CreateLedgerAudits1767225600009 } from './1767225600009-create-ledger-audits.js';
import { TraceGenerations1767225600010 } from './1767225600010-trace-generations.js';
import { CreateMissingObjects1767225600011 } from './1767225600011-create-missing-objects.js';
import { CreateVendorConnections1767225600012 } from './1767225600012-create-vendor-connections.js';
import { WeighProviderAttempts1767225600013 } from './1767225600013-weigh-provider-attempts.js';
import { RecordEnhancers1767225600014 } from './1767225600014-record-enhancers.js';
import { CreateApiKeys1767225600020 } from './1767225600020-create-api-keys.js';
import { CreateAuditLog1767225600021 } from './1767225600021-create-audit-log.js';
import { RecordEarlierAttempts1767225600022 } from './1767225600022-record-earlier-attempts.js';
import { CreateOutbox1767225600023 } from './1767225600023-create-outbox.js';
import { CreateWebhooks1767225600024 } from './1767225600024-create-webhooks.js';
import { DescribeSessions1767225600026 } from './1767225600026-describe-sessions.js';
import { FindAuditEntriesByAddress1767225600030 } from './1767225600030-find-audit-entries-by-address.js';
import { DescribeAuditEntries1767225600033 } from './1767225600033-describe-audit-entries.js';
import { ResumeProviderAttempts1767225600034 } from './1767225600034-resume-provider-attempts.js';
import { DropIndexOfGenerationsByUser1767225600035 } from './1767225600035-drop-index-of-generations-by-user.js';

/** Every migration in order. They are listed rather than found, and never edited after a release. */
export const MIGRATIONS = [
  CreateAccess1767225600000,
  CreateCreditLedger1767225600001,
  CreateIdempotencyKeys1767225600002,
  CreateStudioSettings1767225600003,
  CreateGallery1767225600004,
  CreateGenerations1767225600005,
  CreateGenerationEvents1767225600006,
  CreateProviderAttempts1767225600007,
  CreateProviderBreakers1767225600008,
  CreateLedgerAudits1767225600009,
  TraceGenerations1767225600010,
  CreateMissingObjects1767225600011,
  CreateVendorConnections1767225600012,
  WeighProviderAttempts1767225600013,
  RecordEnhancers1767225600014,
  CreateApiKeys1767225600020,
  CreateAuditLog1767225600021,
  RecordEarlierAttempts1767225600022,
  CreateOutbox1767225600023,
  CreateWebhooks1767225600024,
  DescribeSessions1767225600026,
  FindAuditEntriesByAddress1767225600030,
  DescribeAuditEntries1767225600033,
  ResumeProviderAttempts1767225600034,
  DropIndexOfGenerationsByUser1767225600035,
] as const;
