import * as z from 'zod';
import type { OutboundAnswer } from '../../../../../platform/outbound/index.js';
import { requestIdOf } from '../../../wire/answer-headers.js';
import { beginsLikeImage, maxAnswerBytes, maxImageBytes } from '../../../wire/image-bytes.js';
import { readImagesAnswer } from '../../../wire/images-answer.js';
import { HUGGING_FACE_READER } from '../../../wire/hugging-face.js';
import type { SubProvider } from './sub-provider.js';

/** Another shape of an answer: where the image is, and nothing else. */
const OutputBody = z.object({ output: z.tuple([z.string()]) });

/** Hugging Face's own: asked as its Inference API ever was, and answers with the bare image as a rule. */
export const hfInference: SubProvider = {
  supportsSeed: true,
  make: async ({ model, prompt, size, seed }, calls) => {
    const wish = { inputs: prompt, parameters: { ...size, ...(seed === null ? {} : { seed }) } };
    const answer = await calls.post(`/hf-inference/models/${model}`, wish, maxAnswerBytes(size), 'image/png');
    const image = readImage(answer);
    const bytes = Buffer.isBuffer(image) ? image : await calls.fetchImage(image.url, [], maxImageBytes(size));
    return { bytes, jobId: requestIdOf(answer.headers) };
  },
};

/** What it says it sends is not always what it sends: the first bytes tell. */
function readImage(answer: OutboundAnswer): Buffer | { readonly url: string } {
  if (beginsLikeImage(answer.body)) return answer.body;
  const url = outputOf(answer);
  return url === undefined ? readImagesAnswer(answer, HUGGING_FACE_READER).image : { url };
}

function outputOf({ headers, body }: OutboundAnswer): string | undefined {
  if (!headers['content-type']?.startsWith('application/json')) return undefined;
  // Base64 is the reading of somebody else, and long.
  if (!body.subarray(0, 200).includes('"output"')) return undefined;
  try {
    return OutputBody.safeParse(JSON.parse(body.toString())).data?.output[0];
  } catch {
    // Not JSON: that it is no image either is said where the other shape is read.
    return undefined;
  }
}
