import * as z from 'zod';

/** The broadcast channel on which changes of generations are told. */
export const GENERATION_CHANNEL = 'generation';

/** What a transaction has done to a generation. */
export interface GenerationNews {
  /** `changed`: an item was settled or put back. */
  readonly change: 'submitted' | 'claimed' | 'changed';
  readonly userId: number;
  readonly generationId: string;
}

const Announcement = z
  .object({
    change: z.enum(['submitted', 'claimed', 'changed']),
    user_id: z.int(),
    generation_id: z.string(),
  })
  .transform(({ change, user_id: userId, generation_id: generationId }): GenerationNews => ({
    change,
    userId,
    generationId,
  }));

export function writeGenerationNews({ change, userId, generationId }: GenerationNews): string {
  return JSON.stringify({ change, user_id: userId, generation_id: generationId });
}

/** @returns undefined for what is no news of a generation: an announcement may come from anybody on the channel */
export function readGenerationNews(announcement: string): GenerationNews | undefined {
  return Announcement.safeParse(fromJson(announcement)).data;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
