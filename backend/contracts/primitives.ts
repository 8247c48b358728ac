import * as z from 'zod';
import { CREDITS_MAX, PAGE_MAX_LIMIT } from './limits.js';

/** Identifier of a generation, item, image, hold or entry: a time-ordered UUID in lower case. */
export const Uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID');

/** Identifier of a user: a positive integer. */
export const UserId = z.int().positive();

/** An instant, ISO 8601 in UTC with milliseconds. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'must be an ISO 8601 instant in UTC');

/** A quantity of credits: a whole number that is never negative. */
export const Credits = z.int().min(0).max(CREDITS_MAX);

/** The image tiers, from the smallest to the largest. */
export const TIERS = ['standard', 'premium2', 'premium4'] as const;
export const Tier = z.enum(TIERS);
export type Tier = z.infer<typeof Tier>;

/** Width to height. */
export const ASPECT_RATIOS = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16'] as const;
export const AspectRatio = z.enum(ASPECT_RATIOS);
export type AspectRatio = z.infer<typeof AspectRatio>;

/** Query of a list that is read by cursor. Query strings carry text, so the limit is coerced. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(PAGE_MAX_LIMIT)).default(50),
  cursor: z.string().max(500).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a list that is read by cursor. */
export function page<Row extends z.ZodType>(row: Row) {
  return z.strictObject({
    data: z.array(row),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  });
}

/** Key of a provider or enhancer, e.g. `openai`; the registry decides which exist. */
export const ProviderKey = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be a provider key');
