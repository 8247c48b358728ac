import { Inject, Injectable } from '@nestjs/common';
import {
  type AdminProvider,
  type AdminProviders,
  type ProviderConnection,
  type ProviderCredentialsChange,
  type ProviderHealthReport,
  type ProviderTier,
  VENDORS,
  type VendorKey,
} from '@atelier/contracts';
import { toInstant, toInstantOrNull } from '../../../platform/time/index.js';
import type { Actor } from '../../auth/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { currentStatus } from '../choice/choose-provider.js';
import { VendorCredentials } from '../connections/vendor-credentials.js';
import { type DescribedProvider, tiersOf } from '../choice/described-provider.js';
import { type EnhancerFailure, EnhancerHealth } from '../enhancement/enhancer-health.js';
import { EnhancerSetups } from '../enhancement/enhancer-setups.js';
import type { ProviderSetup } from '../image-provider.js';
import { ProviderBreaker } from '../calls/provider-breaker.js';
import { ProviderCatalogue } from '../provider-catalogue.js';
import { type Health, ProviderHealth } from '../calls/provider-health.js';
import { EnhancerRegistry, ProviderRegistry } from '../provider-registry.js';
import { ProviderSetups } from '../provider-setups.js';
import { connectionFixed, providerNotFound } from '../providers.errors.js';

/** What administrators see of providers, and the keys that they enter. */
@Injectable()
export class ProviderAdministration {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(ProviderCatalogue) private readonly catalogue: ProviderCatalogue,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderSetups) private readonly setups: ProviderSetups,
    @Inject(EnhancerRegistry) private readonly enhancers: EnhancerRegistry,
    @Inject(EnhancerSetups) private readonly enhancerSetups: EnhancerSetups,
    @Inject(VendorCredentials) private readonly credentials: VendorCredentials,
    @Inject(ProviderHealth) private readonly health: ProviderHealth,
    @Inject(EnhancerHealth) private readonly enhancerHealth: EnhancerHealth,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
  ) {}

  /** Those that make images, the one that `auto` prefers first, and then those that only enhance prompts. */
  async list(): Promise<AdminProviders> {
    const settings = await this.settings.current();
    const [described, setups, enhancerSetups, connections, health, resting] = await Promise.all([
      this.catalogue.list(settings),
      this.setups.read(settings),
      this.enhancerSetups.read(settings),
      this.credentials.list(),
      this.health.read(),
      this.breaker.resting(),
    ]);
    const connectionOf = (vendor: VendorKey | null): ProviderConnection | null =>
      (vendor && connections.get(vendor)) ?? null;
    const images = described.map((provider): AdminProvider => {
      const { key, label } = provider;
      const vendor = vendorOf(key);
      return {
        key,
        label,
        kind: this.enhancers.get(key) ? 'both' : 'image',
        vendor,
        enabled: settings.enabledProviders.has(key),
        status: currentStatus(provider, resting),
        connection: connectionOf(vendor),
        health: healthReport(health.get(key)),
        tiers: tiersReport(provider, setups.get(key)),
      };
    });
    const enhancing = this.enhancers.list().filter(({ key }) => !this.providers.get(key));
    const others = enhancing.map((enhancer): AdminProvider => {
      const { key, label } = enhancer;
      const vendor = vendorOf(key);
      const setup = enhancerSetups.get(key);
      return {
        key,
        label,
        kind: 'enhancer',
        vendor,
        enabled: settings.promptEnhancer === key,
        status: setup && enhancer.isReady(setup) ? 'ready' : 'not_configured',
        connection: connectionOf(vendor),
        health: healthReport(enhancerHealthOf(this.enhancerHealth.lastFailure(key))),
        tiers: [],
      };
    });
    return { providers: [...images, ...others] };
  }

  /** @throws DomainError `providers.not_found`, `providers.connection_fixed`, `providers.credentials_invalid` */
  async changeCredentials(actor: Actor, key: string, change: ProviderCredentialsChange): Promise<ProviderConnection> {
    const known = this.providers.get(key) ?? this.enhancers.get(key);
    if (!known) throw providerNotFound();
    const vendor = vendorOf(key);
    if (vendor === null) throw connectionFixed(known.label);
    return this.credentials.change(actor, vendor, change);
  }
}

/** A provider has the name of the vendor that it is reached at; the mock is at nobody's. */
function vendorOf(key: string): VendorKey | null {
  return VENDORS.find((vendor) => vendor === key) ?? null;
}

/** As much as is known of whoever it is about. */
type ReportedHealth = Partial<Omit<Health, 'isSlow'>>;

/** @param failure what the last prompt failed with; null for nothing, undefined when there was no prompt */
function enhancerHealthOf(failure: EnhancerFailure | null | undefined): ReportedHealth | undefined {
  if (failure === undefined) return undefined;
  if (failure === null) return { state: 'ok' };
  const { at, error } = failure;
  return { state: 'failing', lastError: { category: error.category, message: error.message, at } };
}

function healthReport(health: ReportedHealth | undefined): ProviderHealthReport {
  const { state, restingUntil, lastError, medianMs } = health ?? {};
  return {
    state: state ?? 'unknown',
    resting_until: toInstantOrNull(restingUntil ?? null),
    last_error: lastError ? { ...lastError, at: toInstant(lastError.at) } : null,
    median_ms: { standard: null, premium2: null, premium4: null, ...medianMs },
  };
}

function tiersReport({ capabilities }: DescribedProvider, setup: ProviderSetup | undefined): ProviderTier[] {
  return tiersOf(capabilities).map((tier) => {
    const { model = '', quality = null, costMicros = null } = setup?.tiers[tier] ?? {};
    const sizes = [...(capabilities.sizes[tier] ?? [])].map(([aspectRatio, { width, height }]) => ({
      aspect_ratio: aspectRatio,
      width,
      height,
    }));
    return { key: tier, model, quality, sizes, cost_micros: costMicros };
  });
}
