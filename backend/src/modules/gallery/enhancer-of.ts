import type { Enhancer } from '@atelier/contracts';

/** Who enhanced a prompt, as rows keep it. */
export function enhancerOf(row: { enhancer: string | null; enhancerModel: string | null }): Enhancer | null {
  return row.enhancer === null || row.enhancerModel === null ? null : { key: row.enhancer, model: row.enhancerModel };
}
