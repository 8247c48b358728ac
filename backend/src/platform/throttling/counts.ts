/** How much one caller may have: requests in a window of time, and requests that are being answered at once. */
export interface Allowance {
  /** Tells allowances apart, in the store and to clients. */
  readonly name: string;
  /** Infinity: as many as they like. */
  readonly requests: number;
  /** Infinity: as many as they like. */
  readonly atOnce: number;
}

/** Somebody who has an allowance. */
export interface Claim {
  readonly allowance: Allowance;
  /** Who it is, among all who have any allowance. */
  readonly key: string;
}

/** How a claim stands after a request has been counted. */
export interface Standing {
  /** Requests in this window, this one included. */
  readonly requests: number;
  /** Milliseconds until the window ends and counting begins anew. */
  readonly resetMs: number;
  /** Requests being answered besides this one. */
  readonly others: number;
}

/** What came of counting a request: where each claim stands, and how to tell that the request has been answered. */
export interface Counted {
  readonly standings: readonly Standing[];
  readonly release: () => void;
}

/** Counts requests. Each claim's window and its places are counted in one step, so no burst gets past a limit. */
export interface Counts {
  /** The request takes a place with each claim, unless any of them {@link exceeds} what is allowed. */
  take(claims: readonly Claim[]): Promise<Counted>;
}

export const WINDOW_MS = 60_000;

/** Whether this standing is beyond the allowance, and in which respect. */
export function exceeds({ requests, atOnce }: Allowance, standing: Standing): 'requests' | 'atOnce' | undefined {
  if (standing.requests > requests) return 'requests';
  return standing.others >= atOnce ? 'atOnce' : undefined;
}

/** @param subject who it is, among all who have this allowance */
export const keyOf = ({ name }: Allowance, subject: string | number): string => `${name}:${subject}`;
