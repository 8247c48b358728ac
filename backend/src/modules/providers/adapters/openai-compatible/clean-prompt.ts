/**
 * What servers read as orders in a prompt, whoever wrote it: settings that change size and steps of the image, and
 * files with weights that are mixed in. The first takes its content along, since that is no text either.
 */
const ORDERS = [
  /<sd_cpp_extra_args>[^]*?<\/sd_cpp_extra_args>/gi,
  /<\/?sd_cpp_extra_args>?/gi,
  /<\s*(?:lora|lyco|hypernet)\s*:[^<>]*>?/gi,
];

/** A prompt that says what to draw and nothing else to any server. */
export function cleanPrompt(prompt: string): string {
  let text = prompt;
  let before;
  do {
    before = text;
    // What is left may come together to another one.
    for (const order of ORDERS) text = text.replace(order, ' ');
  } while (text !== before);
  if (text === prompt && !text.includes('|')) return prompt;
  // What comes after a bar would be what not to draw.
  return text
    .replaceAll('|', ',')
    .replace(/[ \t]{2,}/g, ' ')
    .trim();
}
