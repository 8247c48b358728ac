/** The state that a generation reached when one of its items did: final exactly when no item is open any more. SQL. */
export const REACHED = `
  CASE
    WHEN SUM(state IN ('QUEUED', 'RUNNING')) > 0 THEN 'generation.progressed'
    WHEN SUM(state = 'SUCCEEDED') = COUNT(*) THEN 'generation.succeeded'
    WHEN SUM(state = 'SUCCEEDED') > 0 THEN 'generation.partially_succeeded'
    WHEN SUM(state = 'FAILED') > 0 THEN 'generation.failed'
    ELSE 'generation.canceled'
  END`;
