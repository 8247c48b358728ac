import type { ProblemCode, Role } from '@atelier/contracts';
import { PUBLIC_EXTENSION } from '../public.decorator.js';
import { REFUSALS_EXTENSION, REFUSAL_HEADERS_EXTENSION } from '../refuses.decorator.js';
import { ROLE_EXTENSION } from '../role-extension.js';
import { isOpenAIRoute } from '../openai-errors.js';
import type { ContractSchemas } from './contract-schemas.js';
import { commonRefusals } from './common-refusals.js';
import type { Answer, Media, Operation, Parameter, Place } from './document-types.js';
import { ByMediaType, type Manual, type OperationExamples, Several } from './manual.js';
import { COMMON_HEADERS, type Refusals } from './refusals.js';

interface Sources {
  readonly manual: Manual;
  readonly schemas: ContractSchemas;
  readonly refusals: Refusals;
}

/** Adds to an operation what its decorators leave to others: who may call it, how it fails, and examples of all of it. */
export function completeOperation(place: Place, { manual, schemas, refusals }: Sources): void {
  const { path, operation } = place;
  const isPublic = take(operation, PUBLIC_EXTENSION) === true;
  const role = take(operation, ROLE_EXTENSION) as Role | undefined;
  const own = (take(operation, REFUSALS_EXTENSION) ?? []) as ProblemCode[];
  const ownHeaders = (take(operation, REFUSAL_HEADERS_EXTENSION) ?? {}) as NonNullable<Answer['headers']>;
  describeAccess(operation, { isPublic, role });

  const examples: OperationExamples = manual.operations[operation.operationId] ?? {};
  for (const parameter of operation.parameters) {
    if (parameter.schema) parameter.schema = schemas.named(parameter.schema);
    describeParameter(parameter, examples, manual);
  }
  for (const media of Object.values(operation.requestBody?.content ?? {})) {
    if (media.schema) media.schema = schemas.named(media.schema);
    addExample(media, '', examples.request);
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    if ('$ref' in answer) continue;
    answer.headers = { ...answer.headers, ...COMMON_HEADERS };
    for (const [type, media] of Object.entries(answer.content ?? {})) {
      if (media.schema) media.schema = schemas.named(media.schema);
      addExample(media, type, examples.answers?.[Number(status)]);
    }
  }
  const codes = commonRefusals(place, { isPublic, isForAdmins: role === 'admin' });
  const failures = refusals.answers({ codes, own, ownHeaders }, isOpenAIRoute(path) ? 'openai' : 'problem');
  operation.responses = { ...failures, ...(operation.responses as Record<string, Answer>) };
}

function take(operation: Operation, extension: `x-${string}`): unknown {
  const { [extension]: value } = operation;
  Reflect.deleteProperty(operation, extension);
  return value;
}

/** Requirements of schemes that are not OAuth may name roles; ours are the role of the user and the scope of the key. */
function describeAccess(operation: Operation, { isPublic, role }: { isPublic: boolean; role: Role | undefined }): void {
  const explain = (who: string): void => {
    operation.description = [operation.description, `**Who:** ${who}.`].filter(Boolean).join('\n\n');
  };
  if (isPublic) {
    operation.security = [];
    explain('everybody, without signing in');
    return;
  }
  const schemes = operation.security ?? [{ session: [] }];
  operation.security = schemes.map((scheme) => ('session' in scheme ? { session: role ? [role] : [] } : scheme));
  const scopes = schemes.flatMap((scheme) => scheme['api-key'] ?? []);
  const who = role === 'admin' ? 'administrators' : 'everybody who is signed in';
  const keys = scopes.length > 0 ? `API keys with the scope \`${scopes.join('`, `')}\`` : 'no API key';
  explain(`${who}; ${keys}`);
}

function describeParameter(parameter: Parameter, { parameters = {} }: OperationExamples, manual: Manual): void {
  const known = Object.hasOwn(manual.parameters, parameter.name) ? manual.parameters[parameter.name] : undefined;
  // What a contract says of a field of its own says more than what is true of all fields with that name.
  const { description: own } = parameter.schema ?? {};
  parameter.description ??= typeof own === 'string' ? own : known?.description;
  if (parameter.example !== undefined) return;
  const example = parameters[parameter.name] ?? known?.example;
  if (example !== undefined) parameter.example = example;
}

function addExample(media: Media, type: string, example: unknown): void {
  if (example instanceof Several) media.examples = { ...example.examples };
  else if (example instanceof ByMediaType) media.example = example.examples[type];
  else if (example !== undefined) media.example = example;
}
