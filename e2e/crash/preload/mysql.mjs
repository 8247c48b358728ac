import mysql from 'mysql2';
import { ObservedTransaction } from './statements.mjs';

/** Watches every statement that mysql2 sends, whichever of its connections it takes. */
export function watchMysql() {
  const transactions = new WeakMap();
  for (const name of ['query', 'execute']) {
    const call = mysql.Connection.prototype[name];
    mysql.Connection.prototype[name] = function watchedCall(...args) {
      const sql = typeof args[0] === 'string' ? args[0] : args[0]?.sql;
      if (typeof sql !== 'string') return call.apply(this, args);
      const transaction = transactions.get(this) ?? new ObservedTransaction();
      transactions.set(this, transaction);
      transaction.before(sql, Array.isArray(args[1]) ? args[1] : []);
      const callback = args.at(-1);
      if (typeof callback === 'function') {
        args[args.length - 1] = function watchedCallback(error, ...results) {
          if (!error) transaction.after(sql);
          return callback.call(this, error, ...results);
        };
      }
      const command = call.apply(this, args);
      // The packet is with the kernel: the server carries it out, whoever reads the answer.
      transaction.sent();
      return command;
    };
  }
}
