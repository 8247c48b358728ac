import type { OperationExamples } from '../../platform/http/docs/manual.js';
import { IDS, IMAGE, pageOf } from './samples.js';

const CURSOR = 'MjAyNi0xMS0yOFQwOToxNDowNy40MTJa';

export const GALLERY_EXAMPLES = {
  listImages: { answers: { 200: pageOf(IMAGE, CURSOR) } },
  getImage: { parameters: { id: IDS.image }, answers: { 200: IMAGE } },
  listMyCreations: { answers: { 200: { images: [IMAGE], total: 137, next_cursor: CURSOR } } },
  getGeneratedImage: {
    parameters: {
      year: '2026',
      month: '11',
      day: '28',
      file: 'user-2-4f1d9a7c03be.png',
      expires: '1795862700',
      signature: 'bXkgc2lnbmF0dXJl',
      size: '256',
      download: '1',
    },
  },
  getMissingObjects: {
    answers: {
      200: {
        missing: 1,
        damaged: 0,
        objects: [
          {
            image_id: IDS.image,
            storage_key: 'static/generated/2026/11/28/user-2-4f1d9a7c03be.png',
            problem: 'missing',
            found_at: '2026-11-28T10:00:00.000Z',
          },
        ],
        probed_at: '2026-11-28T10:00:00.000Z',
        complete_at: '2026-11-28T06:00:00.000Z',
      },
    },
  },
} as const satisfies Record<string, OperationExamples>;
