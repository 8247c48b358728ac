import type { ConnectionSource, VendorKey } from '@atelier/contracts';

/** With what a vendor is reached. */
export interface VendorConnection {
  readonly vendor: VendorKey;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Undefined: nobody has entered one, or the vendor wants none. */
  readonly apiKey: string | undefined;
  readonly source: ConnectionSource;
}
