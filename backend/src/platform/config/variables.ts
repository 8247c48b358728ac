import * as z from 'zod';
import { AllowList, isAllowListEntry } from '../outbound/allow-list.js';
import { PROCESS_ROLES } from './process-role.js';
import { isProxyEntry } from './trusted-proxies.js';

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(from, `must be at least ${from}`).max(to, `must be at most ${to}`));

const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

const apiKey = z.string().regex(/^[\x21-\x7e]+$/, 'must be one word without blanks or line breaks');

const otlpProtocol = z.enum(['http/protobuf', 'http/json'], { error: 'must be http/protobuf or http/json' });

const TRACES_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Zero: no limit. */
const limit = wholeNumber(0, 10_000_000);

const entries = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const allowList = entries
  .refine(
    (entries) => entries.every(isAllowListEntry),
    'must be a list of host names, addresses and networks such as 10.0.0.0/8, separated by commas',
  )
  .transform((entries) => new AllowList(entries));

/**
 * Every variable that Atelier reads, with its default. `.env.example` tells people the same.
 * Values whose default depends on others are settled in `configuration.ts`.
 */
export const Variables = z.object({
  PORT: wholeNumber(0, 65_535).default(8000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: url('http:', 'https:').optional(),
  TRUSTED_PROXIES: entries
    .refine(
      (proxies) => proxies.every(isProxyEntry),
      'must be a list of addresses and networks such as 10.0.0.0/8, loopback and uniquelocal, separated by commas',
    )
    .default([]),
  RATE_LIMIT_ADDRESS: limit.default(12_000),
  RATE_LIMIT_USER: limit.default(1_200),
  RATE_LIMIT_API_KEY: limit.default(1_200),
  RATE_LIMIT_ACCOUNT: limit.default(6_000),
  CONCURRENCY_LIMIT_ADDRESS: limit.default(512),
  CONCURRENCY_LIMIT_PRINCIPAL: limit.default(128),
  REQUEST_TIMEOUT_S: wholeNumber(1, 600).default(30),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: url('mysql:').optional(),
  DATABASE_POOL_SIZE: wholeNumber(3, 500).default(16),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket: 3 to 63 of a-z, 0-9, dot and hyphen')
    .optional(),
  S3_ENDPOINT: url('http:', 'https:')
    .refine(
      (value) => !URL.canParse(value) || new URL(value).username + new URL(value).password === '',
      'must not hold a name or a password: they belong into S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY',
    )
    .optional(),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be the name of a region, such as eu-central-1')
    .default('us-east-1'),
  S3_ACCESS_KEY_ID: z
    .string()
    .regex(/^[\w.-]{1,128}$/, 'must be an access key id: letters, digits, _ . -')
    .optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(8, 'must be at least 8 characters long').max(256).optional(),
  S3_FORCE_PATH_STYLE: flag.optional(),
  PROCESS_ROLE: z.enum(PROCESS_ROLES, { error: 'must be all, api or worker' }).default('all'),
  SECRET_KEY: z
    .string()
    .refine((key) => Buffer.byteLength(key) >= 32, 'must be at least 32 bytes long')
    .optional(),
  ADMIN_EMAIL: z.email({ error: 'must be an e-mail address' }).optional(),
  ADMIN_PASSWORD: z.string().min(15, 'must be at least 15 characters long').max(256).optional(),
  OPENAI_API_KEY: apiKey.optional(),
  OPENAI_BASE_URL: url('http:', 'https:').optional(),
  // By the vendor's convention any other key would be handed to the company behind a model.
  HUGGINGFACE_API_KEY: apiKey.startsWith('hf_', 'must begin with hf_').optional(),
  HUGGINGFACE_BASE_URL: url('http:', 'https:').optional(),
  GEMINI_API_KEY: apiKey.optional(),
  GEMINI_BASE_URL: url('http:', 'https:').optional(),
  OPENAI_COMPATIBLE_API_KEY: apiKey.optional(),
  OPENAI_COMPATIBLE_BASE_URL: url('http:', 'https:').optional(),
  OLLAMA_BASE_URL: url('http:', 'https:').optional(),
  OUTBOUND_ALLOW: allowList.default(new AllowList([])),
  // Nothing at all has to be said in a word: an empty value is one that is not set.
  WEBHOOK_ALLOW: z.preprocess((value) => (value === 'none' ? ',' : value), allowList.optional()),
  MOCK_DIRECTIVES: flag.default(false),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['pretty', 'json']).optional(),
  // OpenTelemetry's own names and values. Its exporter reads further ones (headers, timeout, certificates) by itself.
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_SERVICE_NAME: z.string().min(1).optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], { error: 'must be otlp or none' }).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http:', 'https:').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url('http:', 'https:').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol.optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol.optional(),
  OTEL_TRACES_SAMPLER: z.enum(TRACES_SAMPLERS, { error: `must be one of ${TRACES_SAMPLERS.join(', ')}` }).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: 'must be a number from 0 to 1' })
    .min(0, 'must be at least 0')
    .max(1, 'must be at most 1')
    .optional(),
});
export type Variables = z.infer<typeof Variables>;

/** Variables that hold a secret, or a URL that may hold one: each may also be given as `<NAME>_FILE`. */
export const SECRET_VARIABLES = [
  'SECRET_KEY',
  'ADMIN_PASSWORD',
  'DATABASE_URL',
  'REDIS_URL',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'OPENAI_API_KEY',
  'HUGGINGFACE_API_KEY',
  'GEMINI_API_KEY',
  'OPENAI_COMPATIBLE_API_KEY',
] as const;
