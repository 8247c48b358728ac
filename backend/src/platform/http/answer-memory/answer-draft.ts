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

const drafts = new WeakMap<IncomingMessage, AnswerDraft>();

export function beginDraft(request: IncomingMessage, draft: Omit<AnswerDraft, 'credentialEndsAt'>): void {
  drafts.set(request, { ...draft, credentialEndsAt: undefined });
}

export const draftOf = (request: IncomingMessage): AnswerDraft | undefined => drafts.get(request);

/**
 * Says until when the credential of a request is good by itself, as long as nothing is written. Where nobody says so, the
 * answer is not remembered.
 * @param endsAt epoch milliseconds; Infinity for a credential without an end
 */
export function credentialEnds(request: IncomingMessage, endsAt: number): void {
  const draft = drafts.get(request);
  if (draft) draft.credentialEndsAt = endsAt;
}
