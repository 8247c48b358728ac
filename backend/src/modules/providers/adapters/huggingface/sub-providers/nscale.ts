import { requestIdOf } from '../../../wire/answer-headers.js';
import { maxAnswerBytes } from '../../../wire/image-bytes.js';
import { readImagesAnswer } from '../../../wire/images-answer.js';
import { unusable } from '../../../wire/refusals.js';
import { HUGGING_FACE_READER } from '../../../wire/hugging-face.js';
import type { SubProvider } from './sub-provider.js';

/** Asked as OpenAI is, but for fewer things. */
export const nscale: SubProvider = {
  supportsSeed: false,
  make: async ({ model, prompt, size }, calls) => {
    const wish = { model, prompt, response_format: 'b64_json', size: `${size.width}x${size.height}` };
    const answer = await calls.post('/nscale/v1/images/generations', wish, maxAnswerBytes(size));
    const { image } = readImagesAnswer(answer, HUGGING_FACE_READER);
    // It keeps no images, so an address is not its own.
    if (!Buffer.isBuffer(image)) throw unusable(answer);
    return { bytes: image, jobId: requestIdOf(answer.headers) };
  },
};
