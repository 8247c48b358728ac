import { PROBLEM_CODES } from '@atelier/contracts';
import type { Manual } from '../platform/http/docs/manual.js';
import { problemOf } from '../platform/http/problem-of.js';

/** What is true of the whole API. Everything that can be derived is; the rest is prose. */
export const introduction = (problems: Manual['problems']): string => `\
Credits are only taken for an image that was made and stored: what is
refused, fails or is canceled costs nothing.

## Begin here

A program has an API key (**API keys**); a person signs in (**Session**). Both are sent as \`Authorization: Bearer …\`.
Each operation says who may call it, and which scope a key needs. This makes an image:

\`\`\`sh
curl -s "$ATELIER/api/v1/studio/generate" -H "authorization: Bearer $KEY" \\
  -H 'content-type: application/json' -d '{"prompt":"A lighthouse at dusk","tier":"standard"}'
\`\`\`

## Conventions

- Bodies are JSON in UTF-8, names are \`snake_case\`. A field that is not known is refused, not ignored.
- Instants are ISO 8601 in UTC, such as \`2026-11-28T09:14:07.412Z\`. Credits are whole numbers.
- Every answer carries \`X-Request-Id\`; send your own to find a request in the log.
- Somebody else's object is answered 404, as if it were not there.
- Within v1 the API only grows: new operations, new fields in answers, new optional parameters, new problem codes, event
  types, scopes and audited actions. Be ready for them.

## Pages

Lists take \`limit\` (at most 100) and \`cursor\`, and answer \`{ data, has_more, next_cursor }\`. Begin without a cursor and
send \`next_cursor\` as it is until \`has_more\` is false. A cursor marks a place, not a number of rows: nothing is skipped or
told twice when rows are added meanwhile.

## Repeating a request

A POST that moves credits takes \`Idempotency-Key\`. After a lost connection send the same body under the same key again: it is
carried out once, and the repetition is answered with its result and \`Idempotent-Replayed: true\`.

## What goes wrong

Refusals and failures are \`application/problem+json\` (RFC 9457) with a \`code\` from the closed list below, whether the same
request may succeed later (\`retryable\`), and whether credits were taken (\`charged\`). 429 and 503 carry \`Retry-After\`. The
OpenAI-compatible operations answer in OpenAI's own shape.

<details><summary>Every code, and what to do about it</summary>

| code | status | again? | what to do |
| --- | --- | --- | --- |
${PROBLEM_CODES.map((code) => row(code, problems[code])).join('\n')}

</details>
`;

function row(code: string, { error, advice }: Manual['problems'][keyof Manual['problems']]): string {
  const { status, retryable } = problemOf(error, { instance: '', requestId: '' });
  return `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${advice} |`;
}
