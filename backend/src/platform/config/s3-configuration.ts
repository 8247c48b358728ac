import type { Variables } from './variables.js';

/** The bucket that holds the images, and how it is reached. */
export interface S3Configuration {
  readonly bucket: string;
  /** Undefined for AWS itself, whose address follows from the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Whether the bucket is named in the path of an address rather than in its host. */
  readonly isPathStyle: boolean;
}

/** Undefined where images are kept in the data folder. */
export function s3Configuration(variables: Variables): S3Configuration | undefined {
  const { S3_BUCKET, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = variables;
  if (S3_BUCKET === undefined || S3_ACCESS_KEY_ID === undefined || S3_SECRET_ACCESS_KEY === undefined) return undefined;
  return {
    bucket: S3_BUCKET,
    endpoint: S3_ENDPOINT,
    region: variables.S3_REGION,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
    // Stores of one's own seldom have a host name per bucket.
    isPathStyle: variables.S3_FORCE_PATH_STYLE ?? S3_ENDPOINT !== undefined,
  };
}

const NEEDED_WITH_BUCKET = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
const WORTHLESS_ALONE = ['S3_ENDPOINT', 'S3_REGION', ...NEEDED_WITH_BUCKET, 'S3_FORCE_PATH_STYLE'] as const;

/** What does not fit together, in sentences that name variables and no values. */
export function s3Problems(given: Readonly<Record<string, string | undefined>>): string[] {
  const namesOf = (names: readonly string[], isSet: boolean): string[] =>
    names.filter((name) => (given[name] !== undefined) === isSet);
  if (given['S3_BUCKET'] !== undefined) {
    return namesOf(NEEDED_WITH_BUCKET, false).map((name) => `${name} must be set when S3_BUCKET is.`);
  }
  // Nobody should believe that the images are in a bucket while they are on the local disk.
  const alone = namesOf(WORTHLESS_ALONE, true);
  return alone.length > 0 ? [`${alone.join(', ')} without S3_BUCKET: name the bucket, or remove them.`] : [];
}
