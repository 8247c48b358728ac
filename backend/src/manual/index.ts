import type { Manual, OperationExamples } from '../platform/http/docs/manual.js';
import { CHAPTERS } from './chapters.js';
import { ACCOUNT_EXAMPLES } from './examples/accounts.js';
import { ADMINISTRATION_EXAMPLES } from './examples/administration.js';
import { CREDITS_EXAMPLES } from './examples/credits.js';
import { GALLERY_EXAMPLES } from './examples/gallery.js';
import { OPENAI_EXAMPLES } from './examples/openai.js';
import { OPERATIONS_EXAMPLES } from './examples/operations.js';
import { SESSION_EXAMPLES } from './examples/session.js';
import { STUDIO_EXAMPLES } from './examples/studio.js';
import { WEBHOOK_EXAMPLES } from './examples/webhooks.js';
import { introduction } from './introduction.js';
import { MESSAGES } from './messages.js';
import { PARAMETERS } from './parameters.js';
import { PROBLEMS } from './problems.js';
import { WORDS } from './contract-words.js';

/** By operation id. An operation without one does not pass the tests. */
const OPERATIONS: Readonly<Record<string, OperationExamples>> = {
  ...SESSION_EXAMPLES,
  ...STUDIO_EXAMPLES,
  ...GALLERY_EXAMPLES,
  ...CREDITS_EXAMPLES,
  ...ACCOUNT_EXAMPLES,
  ...ADMINISTRATION_EXAMPLES,
  ...OPENAI_EXAMPLES,
  ...WEBHOOK_EXAMPLES,
  ...OPERATIONS_EXAMPLES,
};

/** All of the API's document that is no type and no route. */
export const MANUAL: Manual = {
  introduction: introduction(PROBLEMS),
  words: WORDS,
  chapters: CHAPTERS,
  parameters: PARAMETERS,
  operations: OPERATIONS,
  messages: MESSAGES,
  problems: PROBLEMS,
};
