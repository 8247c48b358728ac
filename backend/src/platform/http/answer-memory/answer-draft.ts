import type { IncomingMessage } from 'node:http';

/** What is known of an answer that may be remembered, while it is being made. */
export interface AnswerDraft {
  readonly key: string;
  /** The database's, before anything was read from it. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  /** Epoch milliseconds; undefined as long as nobody has said how long the credential is good. */
  credentialEndsAt: number | undefined;
}

/** On the request itself, which ends with it: nothing has to be looked up, and no table be kept tidy. */
const DRAFT = Symbol('answer draft');

type DraftedRequest = IncomingMessage & { [DRAFT]?: AnswerDraft };

export function beginDraft(request: DraftedRequest, draft: Omit<AnswerDraft, 'credentialEndsAt'>): void {
  request[DRAFT] = { ...draft, credentialEndsAt: undefined };
}

export const draftOf = (request: DraftedRequest): AnswerDraft | undefined => request[DRAFT];

/**
 * Says until when the credential of a request is good by itself, as long as nothing is written. Where nobody says so, the
 * answer is not remembered.
 * @param endsAt epoch milliseconds; Infinity for a credential without an end
 */
export function credentialEnds(request: DraftedRequest, endsAt: number): void {
  const draft = request[DRAFT];
  if (draft) draft.credentialEndsAt = endsAt;
}
