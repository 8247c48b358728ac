/** Why work on an item is aborted from our side; everything else is the provider's own failure. */
export type AbortReason = 'deadline' | 'lease-lost' | 'stopping';
