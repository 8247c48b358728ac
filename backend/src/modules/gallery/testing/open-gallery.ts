import type { DataSource } from 'typeorm';
import { Configuration, readVariables } from '../../../platform/config/index.js';
import { SecretKeys } from '../../../platform/crypto/index.js';
import type { Transactions } from '../../../platform/database/index.js';
import type { Clock } from '../../../platform/time/index.js';
import { SignedLinks } from '../../storage/index.js';
import { GalleryService } from '../gallery.service.js';
import { ImageCount } from '../image-count.entity.js';
import { ImageListing } from '../image-listing.js';
import { GeneratedImage } from '../image.entity.js';

interface OpenDatabase {
  readonly dataSource: DataSource;
  readonly transactions: Transactions;
  readonly clock: Clock;
}

/** The gallery on a database that was opened with {@link GALLERY_ENTITIES}. */
export function openGallery({ dataSource, transactions, clock }: OpenDatabase): GalleryService {
  const configuration = new Configuration(readVariables({}), 'a master key of more than 32 bytes, for tests');
  return new GalleryService(
    dataSource.getRepository(GeneratedImage),
    dataSource.getRepository(ImageCount),
    new ImageListing(dataSource.getRepository(GeneratedImage)),
    transactions,
    new SignedLinks(new SecretKeys(configuration), clock),
  );
}

export const GALLERY_ENTITIES = [GeneratedImage, ImageCount] as const;
