export { credentialEnds } from './answer-draft.js';
export { Repeatable } from './repeatable.decorator.js';
