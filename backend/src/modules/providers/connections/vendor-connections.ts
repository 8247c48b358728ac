import { Inject, Injectable } from '@nestjs/common';
import { VENDORS, type VendorKey } from '@atelier/contracts';
import { Configuration } from '../../../platform/config/index.js';
import { effectiveConnection } from './effective-connection.js';
import { StoredConnections } from './stored-connections.js';
import type { VendorConnection } from './vendor-connection.js';
import { VENDOR_FACTS } from './vendors.js';

/** With what vendors are reached now, read at each use: a changed key is in force at once in every process. */
@Injectable()
export class VendorConnections {
  constructor(
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'vendors'>,
    @Inject(StoredConnections) private readonly stored: StoredConnections,
  ) {}

  /** A vendor that is missing has no address. */
  async current(): Promise<ReadonlyMap<VendorKey, VendorConnection>> {
    const rows = await this.stored.read();
    const connections = VENDORS.flatMap((vendor): VendorConnection[] => {
      const row = rows.get(vendor);
      const { baseUrl, baseUrlSource, apiKey, keySource } = effectiveConnection(
        VENDOR_FACTS[vendor].baseUrl,
        this.configuration.vendors[vendor],
        { baseUrl: row?.baseUrl ?? null, apiKey: row && this.stored.keyOf(row) },
      );
      if (baseUrl === undefined || baseUrlSource === undefined) return [];
      const sources = [baseUrlSource, keySource];
      const source = (['console', 'environment'] as const).find((each) => sources.includes(each)) ?? 'default';
      return [{ vendor, baseUrl, apiKey, source }];
    });
    return new Map(connections.map((connection) => [connection.vendor, connection]));
  }
}
