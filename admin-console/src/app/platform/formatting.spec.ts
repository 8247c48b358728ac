import { describe, expect, it } from '@jest/globals';
import {
  formatBytes,
  formatCount,
  formatCredits,
  formatDay,
  formatDayInWords,
  formatDuration,
  formatInstant,
  formatSigned,
  formatSpan,
  formatUtc,
} from './formatting';

describe('formatting', () => {
  it.each([
    [0, '0 credits'],
    [1, '1 credit'],
    [1_240, '1,240 credits'],
    [1_000_000_000_000, '1,000,000,000,000 credits'],
  ])('writes %d credits as %s', (credits, text) => expect(formatCredits(credits)).toBe(text));

  it('takes an irregular plural', () => {
    expect(formatCount(1, 'entry', 'entries')).toBe('1 entry');
    expect(formatCount(2, 'entry', 'entries')).toBe('2 entries');
  });

  it.each([
    [5, '+5'],
    [-1_200, '−1,200'],
    [0, '0'],
  ])('signs %d as %s', (value, text) => expect(formatSigned(value)).toBe(text));

  it.each([
    [412, '412 ms'],
    [1_000, '1 s'],
    [8_449, '8.4 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
  ])('writes %d milliseconds as %s', (duration, text) => expect(formatDuration(duration)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [1_449_000, '1.4 MB'],
    [999_600, '1 MB'],
    [6_100_000_000, '6.1 GB'],
  ])('writes %d bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0 seconds'],
    [90, '90 seconds'],
    [3_600, '1 hour'],
    [129_600, '36 hours'],
    [604_800, '7 days'],
  ])('writes %d seconds as %s', (seconds, text) => expect(formatSpan(seconds)).toBe(text));

  it('writes an instant as it is in UTC', () => {
    expect(formatUtc('2026-11-03T23:05:09.000Z')).toBe('3 Nov 2026, 23:05:09 UTC');
  });

  it('writes days and instants in words that no country reads differently', () => {
    expect(formatDay('2026-11-03T12:00:00.000Z')).toBe('3 Nov 2026');
    expect(formatDayInWords('2026-11-03T12:00:00.000Z')).toBe('3 November 2026');
    expect(formatInstant('2026-11-03T12:05:00.000Z')).toMatch(/^\d+ Nov 2026, \d\d:05$/);
  });
});
