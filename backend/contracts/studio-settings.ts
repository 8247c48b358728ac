import * as z from 'zod';
import { Instant, UserId } from './primitives.js';

/** One setting as it is in force: the stored value, or the default. Values are strings on the wire. */
export const StudioSetting = z.strictObject({
  key: z.string(),
  value: z.string(),
  /** What it is while nobody has changed it. */
  default_value: z.string(),
  /** `database` when an administrator set it, `default` otherwise. */
  source: z.enum(['default', 'database']),
  updated_at: Instant.nullable(),
  updated_by: z.strictObject({ id: UserId, name: z.string() }).nullable(),
});
export type StudioSetting = z.infer<typeof StudioSetting>;

export const StudioSettings = z.strictObject({ settings: z.array(StudioSetting) });
export type StudioSettings = z.infer<typeof StudioSettings>;

/** Keys to change and their new values; which keys exist and what they take is checked per key, all or nothing. */
export const StudioSettingsChange = z
  .record(z.string().max(60), z.string().max(2_000))
  .refine((change) => Object.keys(change).length > 0, 'must change at least one setting');
export type StudioSettingsChange = z.infer<typeof StudioSettingsChange>;

export const StudioSettingsChanged = z.strictObject({ success: z.literal(true) });
