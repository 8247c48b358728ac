/** Tags between which models think aloud. */
const THOUGHT = 'think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad';

const WHOLE_THOUGHT = new RegExp(`<(${THOUGHT})\\b[^<>]{0,200}>[^]*?</\\1\\s*>`, 'gi');
const THOUGHT_WITHOUT_END = new RegExp(`<(?:${THOUGHT})\\b[^<>]{0,200}>[^]*$`, 'i');
const THOUGHT_WITHOUT_START = new RegExp(`^[^]*</(?:${THOUGHT})\\s*>`, 'i');

/** Before the answer proper, where a server hands a model's channels through. */
const FINAL_CHANNEL = /^[^]*<\|channel\|>\s*final\s*(?:<\|[a-z_]{1,40}\|>)*/i;

/** Control tokens such as `<|im_end|>` and `[/INST]`, which only a badly set up server lets through. */
const CONTROL_TOKENS = /<\|[\w▁-]{1,40}\|>|<｜[\w▁-]{1,40}｜>|\[\/?INST\]|<\/?s>/gi;

/** Leaves what a model says, without what it thought: a thought that never ends leaves nothing. */
export function withoutReasoning(text: string): string {
  return text
    .replace(FINAL_CHANNEL, '')
    .replace(WHOLE_THOUGHT, '')
    .replace(THOUGHT_WITHOUT_START, '')
    .replace(THOUGHT_WITHOUT_END, '')
    .replace(CONTROL_TOKENS, '');
}
