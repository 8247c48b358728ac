import type { S3Error } from './s3-error.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function element(name: string, content: string | number | boolean): string {
  return `<${name}>${escape(String(content))}</${name}>`;
}

export function errorXml(error: S3Error, resource: string, requestId: string): string {
  const { code, message } = error;
  const content = [element('Code', code), element('Message', message), element('Resource', resource)];
  return `${DECLARATION}<Error>${content.join('')}${element('RequestId', requestId)}</Error>`;
}

export interface ListedEntry {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: Date;
}

export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly maxKeys: number;
  readonly entries: readonly ListedEntry[];
  readonly continuationToken: string | undefined;
  /** Where the next page begins; undefined on the last one. */
  readonly nextContinuationToken: string | undefined;
}

export function listingXml(listing: Listing): string {
  const contents = listing.entries.map(({ key, bytes, etag, modifiedAt }) => {
    const fields = [element('Key', key), element('LastModified', modifiedAt.toISOString()), element('ETag', etag)];
    return `<Contents>${fields.join('')}${element('Size', bytes)}<StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const head = [
    element('Name', listing.bucket),
    element('Prefix', listing.prefix),
    element('KeyCount', listing.entries.length),
    element('MaxKeys', listing.maxKeys),
    element('IsTruncated', listing.nextContinuationToken !== undefined),
  ];
  if (listing.continuationToken !== undefined) head.push(element('ContinuationToken', listing.continuationToken));
  if (listing.nextContinuationToken !== undefined) {
    head.push(element('NextContinuationToken', listing.nextContinuationToken));
  }
  const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `${DECLARATION}<ListBucketResult ${namespace}>${head.join('')}${contents.join('')}</ListBucketResult>`;
}
