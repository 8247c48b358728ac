import type { ProblemCode } from '@atelier/contracts';
import type { DomainError } from '../../errors/index.js';
import type { NamedExample } from './document-types.js';

/** Several examples of one body, each under a name. */
export class Several {
  constructor(readonly examples: Readonly<Record<string, NamedExample>>) {}
}

/** One example for each media type, where they differ. */
export class ByMediaType {
  constructor(readonly examples: Readonly<Record<string, unknown>>) {}
}

/** What an operation is asked and answers, as somebody would who shows it to a colleague. */
export interface OperationExamples {
  /** Parameters in the path, the query and the headers, by name; those that mean the same everywhere need none. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly request?: unknown;
  /** By status. */
  readonly answers?: Readonly<Record<number, unknown>>;
}

/** All of the document that is no type and no route: its chapters and its examples. */
export interface Manual {
  readonly introduction: string;
  /** What is said of the contracts' schemas and their fields, by `Name` and `Name.field.inner`. */
  readonly words: Readonly<Record<string, string>>;
  /** The tags of operations in the order in which they are read. */
  readonly chapters: readonly { readonly name: string; readonly description: string }[];
  /** Parameters that mean the same wherever they are. */
  readonly parameters: Readonly<Record<string, { readonly description: string; readonly example: unknown }>>;
  /** By operation id. */
  readonly operations: Readonly<Record<string, OperationExamples>>;
  /** What webhooks are told, by the type of the event. */
  readonly messages: Readonly<
    Record<string, { readonly summary: string; readonly data: Readonly<Record<string, string | number>> }>
  >;
  /** Every problem as it is thrown, with a sentence on what to do. */
  readonly problems: Readonly<Record<ProblemCode, { readonly error: DomainError; readonly advice: string }>>;
}
