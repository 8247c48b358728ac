/**
 * Has the ledger hold and capture once on a connection that only writes down what it is asked for, so that the bare
 * driver can be measured with exactly the statements that the service issues, the commit among them.
 * @param {{ Transactions: Function, type: string, amount: number }} options the type is TypeORM's name of the engine
 * @returns statements by transaction, each with a function that puts other facts in the place of the recorded ones
 */
export async function recordStatements(ledger, { Transactions, type, amount }) {
  const recorded = {
    userId: 987_654_321,
    accountId: 'recorded-account',
    holdId: undefined,
    itemId: 'recorded-item',
    generationId: 'recorded-generation',
    imageId: 'recorded-image',
  };
  const { userId, itemId, generationId, imageId } = recorded;
  const hold = await record(Transactions, type, (tx) =>
    ledger.hold(tx, { userId, generationId, itemIds: [itemId], amountEach: amount, priceVersion: '1', ttlMs: 60_000 }),
  );
  // The ledger names the hold itself: it is the first thing that it writes.
  recorded.holdId = hold.find(({ sql }) => sql.startsWith('INSERT')).parameters[0];
  const capture = await record(Transactions, type, (tx) => ledger.capture(tx, itemId, imageId), [
    { id: recorded.holdId, account_id: recorded.accountId, amount, generation_id: generationId },
  ]);
  const replayable = ({ sql, parameters }) => ({ sql, parametersFor: replayOf(parameters, recorded) });
  return { hold: hold.map(replayable), capture: capture.map(replayable) };
}

/**
 * Runs one of the ledger's transactions on a connection that there is none of.
 * @returns its statements, the commit last unless the statement before it is one as well
 */
async function record(Transactions, type, work, rows = []) {
  const statements = [];
  const note = (sql, parameters = []) => {
    statements.push({ sql, parameters });
    return rows;
  };
  const runner = {
    dataSource: { options: { type } },
    query: async (sql, parameters, isStructured) => {
      // What is made of many statements answers with rows only where one of them is refused.
      if (sql.startsWith('BEGIN NOT ATOMIC')) return void note(sql, parameters);
      return isStructured ? { records: note(sql, parameters), affected: 1 } : note(sql, parameters);
    },
    startTransaction: async () => undefined,
    commitTransaction: async () => note('COMMIT'),
    rollbackTransaction: async () => undefined,
    release: async () => undefined,
  };
  runner.manager = { queryRunner: runner, query: async (sql, parameters) => note(sql, parameters) };
  await new Transactions({ createQueryRunner: () => runner }).run(work);
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
