export const PROCESS_ROLES = ['all', 'api', 'worker'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** What a process is there for. */
export interface Duties {
  /** Answers people and programs: the API, the console, the images. Every process answers its operators. */
  readonly serves: boolean;
  /** Makes images and looks after what was left behind: runner, sweeper, ledger audit. Webhooks are told by everybody. */
  readonly works: boolean;
}

/** The one place that says what each role does. */
export const DUTIES: Record<ProcessRole, Duties> = {
  all: { serves: true, works: true },
  api: { serves: true, works: false },
  worker: { serves: false, works: true },
};
