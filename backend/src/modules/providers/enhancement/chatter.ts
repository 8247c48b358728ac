/** How a model begins when it speaks to a person instead of writing the prompt. */
const OPENERS =
  "sure|certainly|of course|absolutely|definitely|gladly|okay|ok|alright|great|got it|here (?:is|are|you go|goes|'s|’s)|here['’]s|below is|this is|i['’]ve|i have";

/** What such a beginning speaks of. */
const SUBJECT =
  'prompts?|versions?|descriptions?|rewrites?|rewriting|rendition|rephrasing|enhancement|image idea|result';

const ADJECTIVES =
  'your|the|a|an|my|enhanced|improved|rewritten|revised|refined|detailed|final|full|complete|optimi[sz]ed|new|expanded|richer|vivid|image|text-to-image|output';

const NAMED = 'prompt|version|description|rewrite|output|result|answer|response';

/** `Enhanced prompt:`, with or without words after it. */
const LABEL = new RegExp(
  `^(?:(?:${ADJECTIVES})[ \\t]+){0,5}(?:${NAMED})(?:[ \\t]*\\(?\\d\\)?)?[ \\t]*[:：][ \\t]*`,
  'i',
);

/** A heading says the same without a colon. */
const BARE_LABEL = new RegExp(`^(?:(?:${ADJECTIVES})[ \\t]+){0,5}(?:${NAMED})[.!]?$`, 'i');

/** `Sure! Here is the enhanced prompt:`, with or without words after it. */
const INTRODUCTION = new RegExp(
  `^(?:${OPENERS})\\b[^\\n:：]{0,160}?\\b(?:${SUBJECT})\\b[^\\n:：]{0,80}[:：][ \\t]*`,
  'i',
);

/** `Sure, happy to help!` in a paragraph of its own. */
const GREETING =
  /^(?:sure|certainly|of course|absolutely|definitely|gladly|okay|ok|alright|great|got it)\b[^\n]{0,120}[!.:：]$/i;

/** `Here you go:`, or the same in any language: a short line that ends with a colon introduces what follows. */
const ANNOUNCEMENT = /^[^\n:：]{1,100}[:：]$/;

/** What models add after the prompt. */
const POSTSCRIPT =
  /^(?:let me know|would you like|do you want|feel free|enjoy\b|i hope|hope (?:this|that|it)|if you(?:['’]d| would)? (?:like|want|need|prefer)|please let me|note(?: that)?\b|notes?:|explanation|changes(?: made)?:|why (?:this|it) works|this (?:enhanced |revised |rewritten )?(?:prompt|version|description) (?:adds|includes|keeps|maintains|emphasi[sz]es|focuses|captures|provides|is designed|aims|should)|negative prompt|word count|\(?\d{1,3} words\)?)/i;

/** One of several to choose from; the first is taken. */
const ANOTHER_OPTION =
  /^(?:option|version|variant|variation|alternative|prompt)[ \t]*(?:#[ \t]*)?[2-9]\b[ \t]*[-–.:：)]/i;
const FIRST_OPTION =
  /^(?:option|version|variant|variation|alternative|prompt)[ \t]*(?:#[ \t]*)?1\b[ \t]*[-–.:：)][ \t]*/i;

/**
 * Leaves out what is said about the prompt instead of being a part of it.
 * @param lines without markdown; empty ones divide paragraphs
 */
export function withoutChatter(lines: readonly string[]): string[] {
  const second = lines.findIndex((line) => ANOTHER_OPTION.test(line));
  const kept = second > 0 ? lines.slice(0, second) : [...lines];
  return withoutPostscript(withoutIntroduction(trimmed(kept)));
}

function withoutIntroduction(lines: readonly string[]): string[] {
  const [first, ...rest] = lines;
  if (first === undefined) return [];
  const said = first.replace(INTRODUCTION, '').replace(LABEL, '').replace(FIRST_OPTION, '');
  if (said !== first) return said === '' ? withoutIntroduction(trimmed(rest)) : [said, ...rest];
  const follows = trimmed(rest).length > 0;
  const isParagraph = rest[0] === '';
  if (follows && (BARE_LABEL.test(first) || ANNOUNCEMENT.test(first) || (isParagraph && GREETING.test(first)))) {
    return withoutIntroduction(trimmed(rest));
  }
  return [...lines];
}

function withoutPostscript(lines: readonly string[]): string[] {
  // From the second line on: an answer that is nothing else is left for others to judge.
  const end = lines.findIndex((line, index) => index > 0 && POSTSCRIPT.test(line));
  return end < 0 ? [...lines] : trimmed(lines.slice(0, end));
}

function trimmed(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line !== '');
  return start < 0 ? [] : lines.slice(start, lines.findLastIndex((line) => line !== '') + 1);
}
