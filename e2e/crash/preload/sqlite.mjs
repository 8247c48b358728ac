import Database from 'better-sqlite3';
import { ObservedTransaction } from './statements.mjs';

const CALLS = ['run', 'all', 'get', 'iterate'];
const WATCHED = /^\s*(INSERT|UPDATE|DELETE|CREATE|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

/** Watches every statement that better-sqlite3 runs. One connection, one transaction at a time. */
export function watchSqlite() {
  const transactions = new WeakMap();
  const transactionOf = (database) => {
    const known = transactions.get(database);
    if (known) return known;
    const made = new ObservedTransaction();
    transactions.set(database, made);
    return made;
  };
  const { prepare, exec } = Database.prototype;

  Database.prototype.prepare = function watchedPrepare(sql) {
    const statement = prepare.call(this, sql);
    if (!WATCHED.test(sql)) return statement;
    const transaction = transactionOf(this);
    for (const name of CALLS) {
      const call = statement[name];
      statement[name] = function watchedCall(...values) {
        transaction.before(sql, values);
        const result = call.apply(this, values);
        transaction.after(sql);
        return result;
      };
    }
    return statement;
  };

  Database.prototype.exec = function watchedExec(sql) {
    const transaction = transactionOf(this);
    transaction.before(sql, []);
    const result = exec.call(this, sql);
    transaction.after(sql);
    return result;
  };
}
