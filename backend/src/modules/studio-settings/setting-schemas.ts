import * as z from 'zod';

/** One setting: its default as text, and what reads the text that is stored and sent. */
export interface SettingDefinition<Schema extends z.ZodType> {
  readonly defaultValue: string;
  readonly schema: Schema;
}

export const define = <Schema extends z.ZodType>(defaultValue: string, schema: Schema): SettingDefinition<Schema> => ({
  defaultValue,
  schema,
});

export const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`);

/** Null where there is none. */
export const wholeNumberIfAny = (from: number, to: number) =>
  z
    .string()
    .refine(
      (value) => value === '' || (/^\d{1,15}$/.test(value) && Number(value) >= from && Number(value) <= to),
      `must be a whole number from ${from} to ${to}, or empty`,
    )
    .transform((value) => (value === '' ? null : Number(value)));

export const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true');

export const choice = <const Options extends readonly [string, ...string[]]>(options: Options) =>
  z.enum(options, { error: `must be one of ${options.join(', ')}` });

/** Text for a machine at the other end: any script and line breaks, but no other control characters. */
export const prose = (longest: number) =>
  z
    .string()
    .max(longest, `must be at most ${longest} characters`)
    .refine((text) => text.trim().length > 0, 'must not be empty')
    .refine((text) => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(text), 'must be plain text')
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** The parts of a list with commas, without blanks around them. */
export const partsOf = (list: string): string[] =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Every option at most once; those that are missing follow in the order of the options. */
export const ranking = <const Option extends string>(options: readonly Option[]) =>
  z
    .string()
    .transform(partsOf)
    .pipe(
      z
        .array(z.enum(options, { error: `must only name ${options.join(', ')}` }))
        .refine((named) => new Set(named).size === named.length, 'must name each provider once'),
    )
    .transform((named): readonly Option[] => [...new Set([...named, ...options])]);

const USD = /^\d{1,6}(\.\d{1,6})?$/;
const MICROS = 1_000_000;

/** An amount in US dollars as millionths of one; null where it is not known. */
export const usdIfKnown = z
  .string()
  .refine((amount) => amount === '' || USD.test(amount), 'must be an amount in US dollars such as 0.04, or empty')
  .transform((amount) => (amount === '' ? null : Math.round(Number(amount) * MICROS)));

/** US dollars for a million units, which are millionths of a dollar for one; undefined where they are not known. */
export const usdPerMillionIfKnown = <const Name extends string>(names: readonly Name[]) =>
  z.string().transform((list, context): Readonly<Record<Name, number>> | undefined => {
    if (list.trim() === '') return undefined;
    const given = new Map(partsOf(list).map(nameAndValue));
    if (given.size !== names.length || !names.every((name) => USD.test(given.get(name) ?? ''))) {
      context.addIssue(
        `must give US dollars per million such as ${names.map((name) => `${name}=5`).join()}, or be empty`,
      );
    }
    return Object.fromEntries(names.map((name) => [name, Number(given.get(name))])) as Record<Name, number>;
  });

function nameAndValue(pair: string): [name: string, value: string] {
  const [name = '', value = ''] = pair.split('=', 2);
  return [name.trim(), value.trim()];
}
