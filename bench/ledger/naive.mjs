// What one writes first: the account's row is locked, read and computed with, and everything else follows while it waits.
// Eight round trips for each transaction, BEGIN and COMMIT included.

const ENTRY = `INSERT INTO ledger_entry (id, account_id, seq, src, dst, amount, hold_id, item_id, generation_id, image_id,
  actor_type, actor_id, available_after, held_after, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'user', ?, ?, ?, ?)`;
const ACCOUNT = 'SELECT * FROM credit_account WHERE id = ?';

export async function naiveHold(query, facts) {
  const { accountId, holdId, itemId, generationId, amount, now } = facts;
  const account = await lock(query, facts);
  if (Number(account.available) < amount) throw new Error('Not enough credits');
  await query('UPDATE credit_account SET available = ?, held = ?, seq = ? WHERE id = ?', [
    Number(account.available) - amount,
    Number(account.held) + amount,
    Number(account.seq) + 1,
    accountId,
  ]);
  await query(
    `INSERT INTO credit_hold (id, item_id, generation_id, account_id, amount, price_version, state, created_at, hard_expires_at)
     VALUES (?, ?, ?, ?, ?, '1', 'HELD', ?, ?)`,
    [holdId, itemId, generationId, accountId, amount, now, now + 60_000],
  );
  const [after] = await query(ACCOUNT, [accountId]);
  await query(ENTRY, entryOf('hold', 'AVAILABLE', 'HELD', after, { ...facts, imageId: null }));
  await query('SELECT * FROM credit_hold WHERE id = ?', [holdId]);
}

export async function naiveCapture(query, facts) {
  const { accountId, itemId, imageId, now } = facts;
  const account = await lock(query, facts);
  const [hold] = await query('SELECT * FROM credit_hold WHERE item_id = ?', [itemId]);
  if (hold.state !== 'HELD') throw new Error('The hold is not open');
  await query(`UPDATE credit_hold SET state = 'CAPTURED', image_id = ?, resolved_at = ? WHERE id = ?`, [
    imageId,
    now,
    hold.id,
  ]);
  const amount = Number(hold.amount);
  await query('UPDATE credit_account SET held = ?, consumed = ?, seq = ? WHERE id = ?', [
    Number(account.held) - amount,
    Number(account.consumed) + amount,
    Number(account.seq) + 1,
    accountId,
  ]);
  const [after] = await query(ACCOUNT, [accountId]);
  await query(ENTRY, entryOf('capture', 'HELD', 'CONSUMED', after, facts));
}

async function lock(query, { accountId, forUpdate }) {
  const [account] = await query(ACCOUNT + forUpdate, [accountId]);
  return account;
}

function entryOf(kind, from, to, after, { holdId, itemId, generationId, imageId, amount, userId, now }) {
  return [
    ...[`${holdId}.${kind}`, after.id, Number(after.seq), from, to, amount, holdId, itemId, generationId, imageId],
    ...[String(userId), Number(after.available), Number(after.held), now],
  ];
}
