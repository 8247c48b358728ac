import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { EnhanceReview } from './enhance-review';

describe('EnhanceReview', () => {
  let fixture: ComponentFixture<EnhanceReview>;
  let used: string[];
  let kept: number;

  beforeEach(async () => {
    used = [];
    kept = 0;
    fixture = TestBed.createComponent(EnhanceReview);
    fixture.componentRef.setInput('review', {
      prompt: 'a red fox',
      enhanced: 'a red fox in snow',
      enhancer: { key: 'mock', model: 'mock-phrases-1' },
    });
    fixture.componentRef.setInput('label', 'Hugging Face');
    fixture.componentInstance.use.subscribe((text) => used.push(text));
    fixture.componentInstance.keep.subscribe(() => kept++);
    await fixture.whenStable();
  });

  const element = (): HTMLElement => fixture.nativeElement;
  const editor = (): HTMLTextAreaElement => {
    const textarea = element().querySelector('textarea');
    if (textarea === null) {
      throw new Error('no editor');
    }
    return textarea;
  };
  const press = (label: string): void =>
    [...element().querySelectorAll('button')].find((button) => button.textContent.trim() === label)?.click();

  it('shows both texts, who enhanced it, and what differs', () => {
    expect(element().querySelector('section p')?.textContent).toBe('a red fox');
    expect(editor().value).toBe('a red fox in snow');
    expect(element().textContent).toContain('Enhanced by Hugging Face');
    expect([...element().querySelectorAll('ins')].map((part) => part.textContent)).toEqual(['in', 'snow']);
  });

  it('hands over the enhanced text as it was edited', async () => {
    editor().value = 'a red fox in deep snow';
    editor().dispatchEvent(new Event('input'));
    await fixture.whenStable();
    press('Use enhanced');
    expect(used).toEqual(['a red fox in deep snow']);
  });

  it('keeps the own prompt on Escape, and on the button', () => {
    editor().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    press('Keep mine');
    expect(kept).toBe(2);
    expect(used).toEqual([]);
  });

  it('starts from a new enhancement when there is one', async () => {
    fixture.componentRef.setInput('review', {
      prompt: 'a red fox',
      enhanced: 'a fox at dawn',
      enhancer: { key: 'mock', model: 'mock-phrases-1' },
    });
    await fixture.whenStable();
    expect(editor().value).toBe('a fox at dawn');
  });
});
