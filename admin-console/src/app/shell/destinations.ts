import type { IconName } from '../ui/icon-paths';

export interface Destination {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
}

export const destinations: readonly Destination[] = [
  { path: '/', label: 'Studio', icon: 'studio' },
  { path: '/gallery', label: 'Gallery', icon: 'gallery' },
  { path: '/credits', label: 'Credits', icon: 'credits' },
];

/** For everybody too, but not among the few of a narrow screen's bar. */
export const furtherDestinations: readonly Destination[] = [
  { path: '/api-keys', label: 'API keys', icon: 'key' },
  { path: '/webhooks', label: 'Webhooks', icon: 'webhook' },
];

export const adminDestinations: readonly Destination[] = [
  { path: '/admin/settings', label: 'Settings', icon: 'settings' },
  { path: '/admin/providers', label: 'Providers', icon: 'providers' },
  { path: '/admin/users', label: 'Users', icon: 'users' },
  { path: '/admin/service-accounts', label: 'Service accounts', icon: 'service' },
  { path: '/admin/ledger', label: 'Ledger', icon: 'ledger' },
  { path: '/admin/audit-log', label: 'Audit log', icon: 'audit' },
];
