import { applyDecorators } from '@nestjs/common';
import { Column, type ColumnOptions, Generated, PrimaryColumn, type ValueTransformer } from 'typeorm';

/**
 * BIGINT arrives as a string from MySQL and as a number from SQLite. Both become a number,
 * and one that a number can't hold exactly is an error rather than a wrong amount.
 */
export const safeInteger: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => {
    if (value === null || value === undefined) return value;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`${JSON.stringify(value)} is not a safe integer`);
    return number;
  },
};

/** Primary key: a time-ordered UUID made in code. */
export const IdColumn = (): PropertyDecorator => PrimaryColumn({ type: 'varchar', length: 36 });

/** Primary key: a number that the database gives, of up to 2^53. */
export const NumberedBigIdColumn = (): PropertyDecorator =>
  applyDecorators(PrimaryColumn({ type: 'bigint', transformer: safeInteger }), Generated('increment'));

/** Names a row of another table by its UUID. */
export const ReferenceColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'varchar', length: 36, ...options });

/** Credits, bytes and other whole numbers of up to 2^53. */
export const BigintColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'bigint', transformer: safeInteger, ...options });

/** An instant: epoch milliseconds in UTC, taken from the clock in code. */
export const InstantColumn = (options: ColumnOptions = {}): PropertyDecorator => BigintColumn(options);

export const IntegerColumn = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'int', ...options });

export const TextColumn = (length: number, options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'varchar', length, ...options });

/** Text without a practical limit (prompts, JSON). */
export const LongTextColumn = (options: ColumnOptions = {}): PropertyDecorator => Column({ type: 'text', ...options });
