import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { GenerateBar } from './generate-bar';

describe('GenerateBar', () => {
  let fixture: ComponentFixture<GenerateBar>;
  let pressed: number;

  beforeEach(() => {
    pressed = 0;
    fixture = TestBed.createComponent(GenerateBar);
    fixture.componentInstance.generate.subscribe(() => pressed++);
  });

  async function show(
    price: number | null,
    available: number | null,
    obstacle: string | null = null,
  ): Promise<HTMLButtonElement> {
    fixture.componentRef.setInput('price', price);
    fixture.componentRef.setInput('available', available);
    fixture.componentRef.setInput('obstacle', obstacle);
    await fixture.whenStable();
    const button = element().querySelector('button');
    if (button === null) {
      throw new Error('no button');
    }
    return button;
  }

  const element = (): HTMLElement => fixture.nativeElement;
  const described = (button: HTMLElement): string =>
    element().querySelector(`#${button.getAttribute('aria-describedby')}`)?.textContent ?? '';

  it('carries the price and says what will be left', async () => {
    const button = await show(4, 1_240);
    expect(button.textContent.trim()).toBe('Generate · 4 credits');
    expect(described(button)).toBe('You’ll have 1,236 left');
    button.click();
    expect(pressed).toBe(1);
  });

  it('over budget refuses and says how much is missing, for the button and for the shortcut', async () => {
    const button = await show(12, 4);
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(described(button)).toMatch(/^You need 8 more credits\./);
    button.click();
    fixture.componentInstance.press();
    expect(pressed).toBe(0);
  });

  it('spends the last credit', async () => {
    const button = await show(1, 1);
    expect(button.textContent.trim()).toBe('Generate · 1 credit');
    fixture.componentInstance.press();
    expect(pressed).toBe(1);
  });

  it('does not generate at an unknown price', async () => {
    (await show(null, 100)).click();
    expect(pressed).toBe(0);
  });

  it('names what is missing in the draft', async () => {
    const button = await show(4, 100, 'Describe your image to start.');
    expect(described(button)).toBe('Describe your image to start.');
    button.click();
    expect(pressed).toBe(0);
  });
});
