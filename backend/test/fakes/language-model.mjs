// @ts-check

/** @typedef {{ role: string, content: string }} ChatMessage */

/**
 * What a fake language model answers: the idea that it was given, in its own language and made a little richer. It
 * takes what stands between tags for the idea, as a model would that was told so.
 * @param {readonly ChatMessage[]} messages
 */
export function rewrite(messages) {
  const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const idea = /<([a-z][\w-]*)>\s*([^]*?)\s*<\/\1>/i.exec(said)?.[2] ?? said;
  const text = idea.replace(/\[fake:[^\]]*\]/g, '').trim();
  return `${text}, in soft light that falls from one side, with finely observed detail and a calm mood`;
}

/** How many tokens a tokenizer would make of it, roughly. @param {string} text */
export function tokensOf(text) {
  return Math.max(1, Math.ceil(text.length / 4));
}
