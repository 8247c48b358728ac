import { Inject, Injectable } from '@nestjs/common';
import { VENDORS, type VendorKey } from '@atelier/contracts';
import { Configuration } from '../../../platform/config/index.js';
import type { VendorConnection } from './vendor-connection.js';

/** Where vendors are unless somebody says otherwise; a server of one's own is nowhere. */
const DEFAULT_BASE_URLS: Readonly<Partial<Record<VendorKey, string>>> = {
  openai: 'https://api.openai.com/v1',
  huggingface: 'https://router.huggingface.co',
  gemini: 'https://generativelanguage.googleapis.com',
  ollama: 'http://localhost:11434',
};

/** With what vendors are reached now. */
@Injectable()
export class VendorConnections {
  constructor(@Inject(Configuration) private readonly configuration: Pick<Configuration, 'vendors'>) {}

  /** A vendor that is missing has no address. */
  current(): Promise<ReadonlyMap<VendorKey, VendorConnection>> {
    const connections = VENDORS.flatMap((vendor): VendorConnection[] => {
      const { apiKey, baseUrl } = this.configuration.vendors[vendor];
      const address = baseUrl ?? DEFAULT_BASE_URLS[vendor];
      if (address === undefined) return [];
      const source = apiKey === undefined && baseUrl === undefined ? 'default' : 'environment';
      return [{ vendor, baseUrl: address, apiKey, source }];
    });
    return Promise.resolve(new Map(connections.map((connection) => [connection.vendor, connection])));
  }
}
