import { METHODS } from './api-document.js';
import { type ReceivedAnswer, complaintAboutBody, complaintAboutHead } from './promised-answers.js';

const complaints: string[] = [];

/** Notes what the document does not promise of an answer whose body may be read later. */
export function noteHead(answer: ReceivedAnswer): void {
  note(answer, complaintAboutHead(answer), '');
}

export function noteBody(answer: ReceivedAnswer, text: string): void {
  if (text !== '') note(answer, complaintAboutBody(answer, text), text);
}

/** For requests that are meant to be odd: those that the server takes for ones of the document. */
export function noteOddAnswer(answer: ReceivedAnswer, text: string): void {
  const isKnown = ['head', ...METHODS].includes(answer.method.toLowerCase());
  // What is no HTTP is refused before anything of ours hears of it.
  if (!isKnown || !answer.headers.has('x-request-id')) return;
  noteHead(answer);
  noteBody(answer, text);
}

/** Throws when there was anything to complain about since it was last asked. */
export function assertNoComplaints(): void {
  const all = complaints.splice(0);
  if (all.length > 0) throw new Error(all.join('\n'));
}

function note({ method, path, status }: ReceivedAnswer, complaint: string | undefined, body: string): void {
  if (complaint !== undefined)
    complaints.push(`${method} ${path} was answered ${status}: ${complaint}\n${body.slice(0, 1_000)}`);
}
