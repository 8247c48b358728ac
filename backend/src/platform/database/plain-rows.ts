import type { DataSource, EntityManager, EntityTarget, ValueTransformer } from 'typeorm';
import { ApplyValueTransformers } from 'typeorm/util/ApplyValueTransformers.js';

/** What drivers hand over as it is, or as the column's own transformer expects it. */
const PLAIN_TYPES: ReadonlySet<unknown> = new Set(['varchar', 'text', 'int', 'bigint']);

interface PlainColumn {
  readonly property: string;
  /** Quoted. */
  readonly name: string;
  readonly transformer: ValueTransformer | ValueTransformer[] | undefined;
}

interface PlainTable {
  readonly name: string;
  readonly columns: ReadonlyMap<string, PlainColumn>;
  /** The columns that need more than to be passed on. */
  readonly transformed: readonly PlainColumn[];
  readonly select: string;
  /** Every property with its column, by which a row of several tables is told apart. */
  readonly names: readonly (readonly [property: string, column: string])[];
}

const tables = new WeakMap<DataSource, Map<unknown, PlainTable>>();

/**
 * Reads whole rows as `find` does. For what is done for every image: there the query builder takes several times as long
 * as the statement. Columns and their types are those of the entity.
 * @param rest what follows the table: WHERE, ORDER BY, with the columns' names in the database and `?` for parameters
 */
export async function findRows<Row extends object>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rest: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const { select, transformed } = tableOf(manager, entity);
  const rows = await manager.query<Record<string, unknown>[]>(`${select} ${rest}`, [...parameters]);
  for (const row of rows) {
    for (const { property, transformer } of transformed) {
      if (transformer) row[property] = ApplyValueTransformers.transformFrom(transformer, row[property]);
    }
  }
  return rows as Row[];
}

/** An entity with the name that its table has in the statement. */
export type Named<Row> = readonly [entity: EntityTarget<Row>, alias: string];

/**
 * Reads rows of two tables that belong together, whole and in one statement: each pair as {@link findRows} would read it.
 * @param rest what follows the first table: JOIN with the second, WHERE, ORDER BY
 */
export async function findPairs<First extends object, Second extends object>(
  manager: EntityManager,
  first: Named<First>,
  second: Named<Second>,
  rest: string,
  parameters: readonly unknown[],
): Promise<[First, Second][]> {
  const tables = [first, second].map(([entity, alias]) => ({ ...tableOf(manager, entity), alias }));
  const columns = tables.flatMap(({ alias, names }) =>
    names.map(([property, column]) => `${alias}.${column} AS ${alias}_${property}`),
  );
  const from = `${tables[0]?.name} AS ${first[1]}`;
  const sql = `SELECT ${columns.join(', ')} FROM ${from} ${rest}`;
  const rows = await manager.query<Record<string, unknown>[]>(sql, [...parameters]);
  return rows.map((row) => tables.map((table) => rowOf(table, row)) as [First, Second]);
}

/**
 * Inserts rows as `insert` does, and reads nothing back.
 * @param rows at least one, all of them with the same properties; what they leave out gets the column's default
 */
export async function insertRows<Row extends object>(
  tx: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Partial<Row>[],
): Promise<void> {
  const { name, columns } = tableOf(tx, entity);
  const given = Object.keys(rows[0] ?? {}).map((property) => {
    const column = columns.get(property);
    if (!column) throw new TypeError(`${name} has no column for ${property}`);
    return column;
  });
  const marks = marksFor(given);
  await tx.query(
    `INSERT INTO ${name} (${given.map((column) => column.name).join(', ')}) VALUES ${rows.map(() => marks).join(', ')}`,
    rows.flatMap((row) => given.map((column) => valueOf(row, column))),
  );
}

/** As many `?` as there are values, in parentheses: for `IN` and `VALUES`. */
export const marksFor = (values: readonly unknown[]): string => `(${values.map(() => '?').join(', ')})`;

function rowOf(
  { alias, names, columns }: PlainTable & { readonly alias: string },
  joined: Record<string, unknown>,
): object {
  const row: Record<string, unknown> = {};
  for (const [property] of names) {
    const value = joined[`${alias}_${property}`];
    const transformer = columns.get(property)?.transformer;
    row[property] = transformer ? ApplyValueTransformers.transformFrom(transformer, value) : value;
  }
  return row;
}

function valueOf(row: object, { property, transformer }: PlainColumn): unknown {
  const value: unknown = (row as Record<string, unknown>)[property];
  return transformer ? ApplyValueTransformers.transformTo(transformer, value) : value;
}

function tableOf({ dataSource }: EntityManager, entity: EntityTarget<object>): PlainTable {
  const known = tables.get(dataSource) ?? new Map<unknown, PlainTable>();
  tables.set(dataSource, known);
  const table = known.get(entity) ?? describe(dataSource, entity);
  known.set(entity, table);
  return table;
}

function describe(dataSource: DataSource, entity: EntityTarget<object>): PlainTable {
  const { tableName, columns } = dataSource.getMetadata(entity);
  const quoted = (name: string): string => dataSource.driver.escape(name);
  const plain = columns.map(({ propertyName: property, databaseName, type, transformer }): PlainColumn => {
    if (!PLAIN_TYPES.has(type)) throw new TypeError(`${tableName}.${databaseName} is not passed on as it is`);
    return { property, name: quoted(databaseName), transformer };
  });
  const list = plain.map(({ property, name }) => `${name} AS ${quoted(property)}`).join(', ');
  return {
    name: quoted(tableName),
    columns: new Map(plain.map((column) => [column.property, column])),
    transformed: plain.filter(({ transformer }) => transformer !== undefined),
    select: `SELECT ${list} FROM ${quoted(tableName)}`,
    names: plain.map(({ property, name }) => [property, name]),
  };
}
