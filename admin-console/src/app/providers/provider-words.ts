import type {
  AdminProvider,
  ConnectionSource,
  ProviderConnection,
  ProviderErrorCategory,
  ProviderHealthState,
  ProviderStatus,
  ProviderTestResult,
} from '@atelier/contracts';
import { formatCount, formatDay, formatDuration, formatTime } from '../platform/formatting';
import type { StatusTone } from '../ui/status-dot';

export interface Standing {
  readonly tone: StatusTone;
  readonly text: string;
}

const STATUSES: Record<ProviderStatus, Standing> = {
  ready: { tone: 'success', text: 'Ready' },
  slow: { tone: 'warning', text: 'Slow' },
  unavailable: { tone: 'error', text: 'Unavailable' },
  not_configured: { tone: 'neutral', text: 'Not set up' },
};

/** How a provider stands, with the one thing first that an administrator would want to know. */
export function standingOf(provider: AdminProvider): Standing {
  const { kind, enabled, status, health } = provider;
  if (!enabled) return { tone: 'neutral', text: kind === 'enhancer' ? 'Not in use' : 'Turned off' };
  if (status === 'not_configured') {
    const need = needOf(provider);
    const { tone, text } = STATUSES.not_configured;
    return { tone, text: need === undefined ? text : `${text}: needs ${need}` };
  }
  if (health.state === 'resting') {
    const until = health.resting_until;
    return { tone: 'error', text: until === null ? 'Resting' : `Resting until ${formatTime(until)}` };
  }
  if (health.state === 'failing') return { tone: 'error', text: 'Failing' };
  return STATUSES[status];
}

/** What is missing before it can be asked for anything; undefined where that can't be told from here. */
function needOf({ kind, connection, tiers }: AdminProvider): string | undefined {
  if (connection?.base_url === null) return 'an address';
  if (connection?.key_need === 'required' && !connection.has_key) return 'a key';
  return kind === 'image' && tiers.length === 0 ? 'a model' : undefined;
}

const VERDICTS: Record<ProviderHealthState, (provider: AdminProvider) => Standing> = {
  ok: () => ({ tone: 'success', text: 'It delivers.' }),
  failing: () => ({ tone: 'error', text: 'It is failing: the last attempt brought nothing.' }),
  resting: ({ health: { resting_until: until } }) => ({
    tone: 'error',
    text: `Resting${until === null ? '' : ` until ${formatTime(until)}`}: it failed so often that it is left alone for a while.`,
  }),
  unknown: ({ kind }) => ({
    tone: 'neutral',
    text: `Nobody asked it for ${kind === 'enhancer' ? 'a prompt' : 'an image'} lately.`,
  }),
};

/** How a provider has done lately, as a sentence. */
export function verdictOf(provider: AdminProvider): Standing {
  return VERDICTS[provider.health.state](provider);
}

/** What an administrator can do about each category of failure. */
export const ADVICE: Record<ProviderErrorCategory, string> = {
  content_rejected: 'The prompt was refused, not the connection: people can change it.',
  rate_limited: 'Wait, ask the vendor for a higher limit, or allow fewer calls at the same time.',
  quota_exhausted: 'Add credit or raise the limit at the vendor.',
  auth_failed: 'Replace the key, or give it the rights that the vendor names.',
  provider_unavailable: 'Look at the address and the network, or wait until the vendor is back.',
  timeout: 'Wait, or look at how long the vendor takes.',
  invalid_request: 'Look at the model and the sizes below: a model may have been retired.',
  bad_response: 'Look at the address: something other than the vendor may have answered.',
};

const ADDRESS_SOURCES: Record<ConnectionSource, string> = {
  default: 'Default address',
  environment: 'From the environment',
  console: 'Set here',
};

export function addressOrigin(connection: ProviderConnection): string {
  return connection.base_url_source === null ? 'Not set' : ADDRESS_SOURCES[connection.base_url_source];
}

/** `•••• 3kF9`, or what is known of a key instead. */
export function keyText({ has_key: hasKey, key_last4: last4, key_need: need }: ProviderConnection): string {
  if (!hasKey) return need === 'optional' ? 'Not set; not every server asks for one' : 'Not set';
  return last4 === null ? '••••' : `•••• ${last4}`;
}

export function keyOrigin({
  key_source: source,
  updated_at: at,
  updated_by: by,
}: ProviderConnection): string | undefined {
  if (source === null) return undefined;
  if (source === 'environment') return 'from the environment';
  return `set${by ? ` by ${by.name}` : ''}${at ? ` on ${formatDay(at)}` : ''}`;
}

/** `Works. 7 models found in 412 ms.` */
export function testText(result: ProviderTestResult): string {
  if (!result.ok) return `${sentence(result.message)} ${ADVICE[result.category]}`;
  const time = formatDuration(result.latency_ms);
  return result.models.length === 0
    ? `Works. Answered in ${time}.`
    : `Works. ${formatCount(result.models.length, 'model')} found in ${time}.`;
}

/** What the vendor calls the failure, for who looks it up or writes to its support. */
export function testDetails(result: ProviderTestResult): string | undefined {
  if (result.ok) return undefined;
  const { http_status: status, provider_code: code, request_id: request } = result;
  const parts = [status && `HTTP ${status}`, code, request && `request ${request}`].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
