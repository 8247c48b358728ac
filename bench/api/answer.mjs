/** As small as the smallest answer of the API that needs a session. */
export const ANSWER = { available: 940, held: 0, consumed: 60, granted: 1_000 };
