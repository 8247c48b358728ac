import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { WORDS_FILE, contractWords, wordsText } from './contract-words.mjs';

describe('the words of the contracts', () => {
  const words = contractWords();

  it('are those of schemas, of their fields, and of fields inside these', () => {
    assert.equal(words['UserId'], 'Identifier of a user: a positive integer.');
    assert.equal(words['SessionGrant.expires_in'], 'Seconds until the access token expires.');
    assert.equal(words['Generation.credits.charged'], 'Sum over the delivered images.');
    assert.match(words['ApiKey.status'] ?? '', /^`rotating`: /);
    assert.match(words['AuditAction'] ?? '', /^Everything that is recorded\./);
    assert.equal(words['SessionGrant.token_type'], undefined);
    assert.equal(words['API_KEY_SCOPES'], undefined);
  });

  it('are taken over with the fields of another schema', () => {
    assert.equal(words['IssuedApiKey.last_used_at'], words['ApiKey.last_used_at']);
  });

  it('are kept as the contracts say them; `npm run openapi` writes them', () => {
    assert.equal(readFileSync(WORDS_FILE, 'utf8'), wordsText());
  });
});
