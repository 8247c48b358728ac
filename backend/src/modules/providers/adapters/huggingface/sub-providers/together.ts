import { requestIdOf } from '../../../wire/answer-headers.js';
import { maxAnswerBytes, maxImageBytes } from '../../../wire/image-bytes.js';
import { readImagesAnswer } from '../../../wire/images-answer.js';
import { HUGGING_FACE_READER } from '../../../wire/hugging-face.js';
import type { SubProvider } from './sub-provider.js';

const IMAGE_HOSTS = ['api.together.ai', 'api.together.xyz'];

/** Asked nearly as OpenAI is: edges have names of their own, and base64 is called so. */
export const together: SubProvider = {
  supportsSeed: true,
  make: async ({ model, prompt, size, seed }, calls) => {
    const wish = { model, prompt, response_format: 'base64', ...size, ...(seed === null ? {} : { seed }) };
    const answer = await calls.post('/together/v1/images/generations', wish, maxAnswerBytes(size));
    const { image } = readImagesAnswer(answer, HUGGING_FACE_READER);
    // Some of its models hand out an address all the same.
    const bytes = Buffer.isBuffer(image) ? image : await calls.fetchImage(image.url, IMAGE_HOSTS, maxImageBytes(size));
    return { bytes, jobId: requestIdOf(answer.headers) };
  },
};
