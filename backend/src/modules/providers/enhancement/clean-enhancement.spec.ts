import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanEnhancement } from './clean-enhancement.js';
import { countWords } from './shortening.js';

const ROOM = { maxWords: 150, maxLength: 4_000 };
const FOX = 'A red fox asleep in fresh snow, soft morning light.';

const clean = (answer: string): string => cleanEnhancement(answer, ROOM);

describe('cleanEnhancement', () => {
  it.each([
    ['nothing to clean', FOX],
    ['blanks and lines', `\n\n  A red fox asleep\r\nin fresh snow,\u2028 soft   morning light.\n`],
    ['quotation marks', `"${FOX}"`],
    ['typographic ones', `“${FOX}”`],
    ['German ones', `„${FOX}“`],
    ['French ones', `« ${FOX} »`],
    ['Japanese ones', `「${FOX}」`],
    ['several', `'"${FOX}"'`],
    ['one that was not closed', `"${FOX}`],
    ['backticks', `\`${FOX}\``],
    ['a label', `Enhanced prompt: ${FOX}`],
    ['a label in bold', `**Enhanced Prompt:**\n\n${FOX}`],
    ['a label in a heading', `# Enhanced Image Prompt\n\n${FOX}`],
    ['a label, and quotation marks', `Enhanced Prompt: "${FOX}"`],
    ['a label within quotation marks', `"Prompt: ${FOX}"`],
    ['an introduction', `Sure, here is the enhanced prompt:\n\n${FOX}`],
    ['an introduction in the same line', `Certainly! Here's an improved version of your prompt: ${FOX}`],
    ['a greeting', `Of course, happy to help!\n\n${FOX}`],
    ['an introduction of few words', `Here you go:\n${FOX}`],
    ['an introduction in German', `Hier ist der verbesserte Prompt:\n\n${FOX}`],
    ['an introduction in Chinese', `这是改进后的提示词：\n${FOX}`],
    ['a postscript', `${FOX}\n\nLet me know if you'd like another version!`],
    ['notes', `${FOX}\n\n**Note:** I added the light.\n- and the snow`],
    ['how many words there are', `${FOX}\n\n(9 words)`],
    ['what it must not show', `${FOX}\nNegative prompt: blurry, text`],
    ['thoughts', `<think>\nThe user wants a fox.\n</think>\n\n${FOX}`],
    ['thoughts under another name', `<reasoning effort="low">Hm.</reasoning>${FOX}`],
    ['thoughts whose start was cut off', `The user wants a fox.</think>${FOX}`],
    ['nested thoughts', `<think>a<think>b</think>c</think>${FOX}`],
    [
      'channels',
      `<|channel|>analysis<|message|>A fox.<|end|><|start|>assistant<|channel|>final<|message|>${FOX}<|return|>`,
    ],
    ['control tokens', `<s>[INST] ${FOX} [/INST]</s><|im_end|>`],
    ['a fence', `Here it is.\n\`\`\`text\n${FOX}\n\`\`\`\nEnjoy!`],
    ['bold and italics', 'A **red fox** asleep in *fresh* __snow__, _soft_ `morning` light.'],
    ['a link', 'A [red fox](https://example.com/a) asleep in fresh snow, soft morning light.'],
    ['a quotation', `> A red fox asleep in fresh snow,\n> soft morning light.`],
    ['a rule', `---\n${FOX}\n***`],
    ['a bullet', `- ${FOX}`],
    ['a number', `1. ${FOX}`],
    ['a choice', `Option 1: ${FOX}\n\nOption 2: A fox in a wood.`],
    ['controls', `\u0007A red \u202Efox\u202C asleep in fresh snow, soft morning light.\uFEFF\u0000`],
    ['halves of characters', `\uD83EA red fox asleep in fresh snow, soft morning light.\uDD8A`],
  ])('takes the prompt out of %s', (_, answer) => {
    expect(clean(answer)).toBe(FOX);
  });

  it.each([
    'A sign that says "Open", oil on canvas',
    '"Alice" and "Bob" at a table',
    "'Tis the season: a snowy village",
    "The fox's den, 5 * 3 metres, file_name_of_stone",
    'Style: watercolour. Subject: a harbour at dusk',
    'A book titled “Here is the night”, on a desk',
    'Sure-footed goats on a cliff',
    'Prompt service at a café, 1920s poster',
    '夕焼けの海、柔らかな光、油絵',
    'منارة في العاصفة، ضوء دافئ، ألوان زيتية',
    '雪中的红狐，清晨的柔光。',
    'ภาพวาดสุนัขจิ้งจอกในหิมะ',
    '👩‍🚀🦊 on the moon, 3 < 5',
  ])('leaves alone: %s', (prompt) => {
    expect(clean(prompt)).toBe(prompt);
  });

  it('makes a list one sentence', () => {
    expect(clean('- a red fox\n- fresh snow.\n* soft light')).toBe('a red fox, fresh snow. soft light');
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t '],
    ['thoughts alone', '<think>A fox'],
    ['thoughts that end', '<think>A fox</think>\n'],
    ['a label alone', 'Enhanced prompt:'],
    ['empty quotation marks', '""'],
    ['control tokens alone', '<|im_end|>'],
  ])('leaves nothing of %s', (_, answer) => {
    expect(clean(answer)).toBe('');
  });

  it('gives one line of well-formed text that fits, whatever comes', () => {
    const pieces = fc.constantFrom(
      ...['"', '“', '”', '<think>', '</think>', '\n', '\n\n', '**', '_', '`', '```\n', '- ', '1. ', '# ', '> ', ': '],
      ...[
        'Enhanced prompt',
        'Sure, ',
        'Here is your prompt',
        'Note',
        '。',
        '、',
        '. ',
        ', ',
        '\uD800',
        '\u0000',
        '🦊',
        'é',
      ],
      ...['<|channel|>final<|message|>', 'fox ', '狐', 'ต้นไม้', 'ثعلب '],
    );
    const answers = fc
      .array(fc.oneof({ weight: 3, arbitrary: pieces }, fc.string({ unit: 'binary', maxLength: 20 })), {
        maxLength: 120,
      })
      .map((parts) => parts.join(''));
    const rooms = fc.record({
      maxWords: fc.integer({ min: 1, max: 200 }),
      maxLength: fc.integer({ min: 1, max: 2_000 }),
    });
    fc.assert(
      fc.property(answers, rooms, (answer, room) => {
        const text = cleanEnhancement(answer, room);
        expect(text).toBe(text.trim());
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(text.length).toBeLessThanOrEqual(room.maxLength);
        expect(countWords(text)).toBeLessThanOrEqual(room.maxWords);
        expect(text.split(/\s+/).length).toBeLessThanOrEqual(room.maxWords);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every word of a prompt, whatever stands around it', () => {
    const words = fc.array(fc.stringMatching(/^[a-zäöü]{2,9}$/), { minLength: 3, maxLength: 60 });
    // Each what models put around a prompt, from the inside out, or nothing.
    const layers = [
      ['"TEXT"', '“TEXT”', '**TEXT**', '*TEXT*', '"**TEXT**"', '`TEXT`'],
      ['Enhanced prompt: TEXT', '**Enhanced Prompt:** TEXT', '## Prompt\n\nTEXT', '> TEXT', '1. TEXT'],
      ['```\nTEXT\n```', '```text\nTEXT\n```'],
      ['Sure! Here is the enhanced prompt:\n\nTEXT', "Certainly, here's your prompt:\nTEXT", 'Of course!\n\nTEXT'],
      ['TEXT\n\nLet me know what you think!', 'TEXT\n\n**Note:** the light is new.', '  TEXT\n'],
      ['<think>TEXT or not</think>\n\nTEXT', '<|channel|>analysis<|message|>No.<|end|><|channel|>final<|message|>TEXT'],
    ].map((choices) => fc.constantFrom('TEXT', ...choices));
    fc.assert(
      fc.property(words, fc.tuple(...layers), (some, wrappings) => {
        const prompt = `painting of ${some.join(' ')}`;
        expect(clean(wrappings.reduce((text, wrapping) => wrapping.replaceAll('TEXT', text), prompt))).toBe(prompt);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing of what it has cleaned', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30, mode: 'sentences' }), (answer) => {
        const once = cleanEnhancement(`**Prompt:** "${answer}"`, { maxWords: 40, maxLength: 300 });
        expect(cleanEnhancement(once, { maxWords: 40, maxLength: 300 })).toBe(once);
      }),
    );
  });

  it.each(['"', '<think>', '**', '[', '`', '- ', '> ', '# ', 'sure ', 'your ', '<', '\n', '(', '1. ', '* a', '_ '])(
    'takes no time to speak of over a flood of %j',
    (piece) => {
      const before = process.cpuUsage();
      clean(piece.repeat(32_000));
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(2_000);
    },
  );
});
