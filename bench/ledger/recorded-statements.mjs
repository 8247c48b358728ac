/**
 * Has the ledger hold and capture once against a manager that only writes down what it is asked for, so that the bare
 * driver can be measured with exactly the statements that the service issues.
 * @returns statements by transaction, each with a function that puts other facts in the place of the recorded ones
 */
export async function recordStatements(ledger, amount) {
  const recorded = {
    userId: 987_654_321,
    accountId: 'recorded-account',
    holdId: undefined,
    itemId: 'recorded-item',
    generationId: 'recorded-generation',
    imageId: 'recorded-image',
  };
  const { userId, itemId, generationId, imageId } = recorded;
  const hold = await record(recorded, (tx) =>
    ledger.hold(tx, { userId, generationId, itemIds: [itemId], amountEach: amount, priceVersion: '1', ttlMs: 60_000 }),
  );
  // The ledger names the hold itself: it is the first thing that it writes.
  recorded.holdId = hold.find(({ sql }) => sql.startsWith('INSERT')).parameters[0];
  const capture = await record(recorded, (tx) => ledger.capture(tx, itemId, imageId), [
    { id: recorded.holdId, account_id: recorded.accountId, amount, generation_id: generationId },
  ]);
  const replayable = ({ sql, parameters }) => ({ sql, parametersFor: replayOf(parameters, recorded) });
  return { hold: hold.map(replayable), capture: capture.map(replayable) };
}

async function record(recorded, work, rows = []) {
  const statements = [];
  const note = (sql, parameters) => {
    statements.push({ sql, parameters });
    return rows;
  };
  await work({
    query: async (sql, parameters) => note(sql, parameters),
    queryRunner: {
      query: async (sql, parameters) => ({ records: note(sql, parameters), affected: 1 }),
    },
  });
  return statements;
}

function replayOf(parameters, recorded) {
  const names = Object.keys(recorded).filter((name) => recorded[name] !== undefined);
  const makers = parameters.map((value) => {
    const name = names.find((candidate) => String(value).includes(String(recorded[candidate])));
    if (name === undefined) return () => value;
    if (String(value) === String(recorded[name]))
      return (facts) => (typeof value === 'string' ? String(facts[name]) : facts[name]);
    return (facts) => value.replace(recorded[name], facts[name]);
  });
  return (facts) => makers.map((make) => make(facts));
}
