import { LiveAnnouncer } from '@angular/cdk/a11y';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { sampleGeneration, sampleOptions } from '../../../testing/generation-fixtures';
import { Session } from '../../session/session';
import { StudioPage } from './studio-page';

const GENERATE = 'POST /api/v1/studio/generate';

describe('StudioPage', () => {
  const credits = signal<{ available: number; held: number } | null>({ available: 100, held: 0 });
  let api: FakeApi;
  let fixture: ComponentFixture<StudioPage>;

  beforeEach(async () => {
    // The test's document has no layout to scroll.
    Element.prototype.scrollIntoView = () => undefined;
    sessionStorage.clear();
    credits.set({ available: 100, held: 0 });
    api = new FakeApi()
      .on('GET /api/v1/studio/options', () => sampleOptions())
      .on('GET /api/v1/studio/my-creations', () => ({ images: [], total: 0 }))
      .on(GENERATE, () => sampleGeneration())
      .on('POST /api/v1/studio/enhance-prompt', () => ({
        prompt: 'a red fox',
        enhanced_prompt: 'a red fox in snow',
        provider: 'huggingface',
        model: 'm',
      }));
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        provideHttpClient(withInterceptors([api.interceptor])),
        {
          provide: Session,
          useValue: {
            user: signal({ id: 1, email: '', name: 'Mia', role: 'member' }),
            credits,
            refreshCredits: () => Promise.resolve(),
          },
        },
        { provide: LiveAnnouncer, useValue: { announce: () => Promise.resolve() } },
      ],
    });
    fixture = TestBed.createComponent(StudioPage);
    document.body.append(fixture.nativeElement);
    await eventually(() => expect(page().querySelector('textarea')).not.toBeNull());
    await fixture.whenStable();
  });

  const page = (): HTMLElement => fixture.nativeElement;
  const button = (label: string): HTMLButtonElement => {
    const found = [...page().querySelectorAll('button')].find((candidate) =>
      candidate.textContent.trim().startsWith(label),
    );
    if (found === undefined) {
      throw new Error(`no button ${label}`);
    }
    return found;
  };
  const promptField = (): HTMLTextAreaElement => {
    const field = page().querySelector<HTMLTextAreaElement>('textarea[name=prompt]');
    if (field === null) {
      throw new Error('no prompt field');
    }
    return field;
  };
  const write = async (text: string): Promise<void> => {
    promptField().value = text;
    promptField().dispatchEvent(new Event('input'));
    await fixture.whenStable();
  };
  const shortcut = (): boolean =>
    promptField().dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }),
    );

  it('says beside the button, too, that nothing can be offered', async () => {
    fixture.destroy();
    api.on('GET /api/v1/studio/options', () => outage());
    fixture = TestBed.createComponent(StudioPage);
    await eventually(() => expect(page().textContent).toContain('The studio couldn’t be loaded'));
    expect(page().querySelector('#generate-note')?.textContent).toBe('Prices couldn’t be loaded.');
  });

  it('is ready to be written on, with a tier chosen', () => {
    expect(document.activeElement).toBe(promptField());
    expect(page().querySelector<HTMLInputElement>('input[name=tier]:checked')?.value).toBe('standard');
  });

  it('generates by keyboard what is in the form and shows the job at once', async () => {
    await write('a red fox');
    shortcut();
    await fixture.whenStable();
    expect(page().querySelector('app-generation-card')?.textContent).toContain('a red fox');
    await eventually(() => expect(api.asked(GENERATE)).toHaveLength(1));
    expect(api.asked(GENERATE)[0]?.body).toEqual({
      prompt: 'a red fox',
      tier: 'standard',
      count: 1,
      aspect_ratio: '1:1',
      enhance: false,
    });
  });

  it('sends nothing over budget', async () => {
    credits.set({ available: 3, held: 0 });
    await write('a red fox');
    shortcut();
    await fixture.whenStable();
    expect(page().textContent).toContain('You need 1 more credit.');
    expect(api.asked(GENERATE)).toEqual([]);
  });

  it('sends an accepted enhancement with the original, and can go back to it', async () => {
    await write('a red fox');
    button('Enhance').click();
    await eventually(() => expect(page().querySelector('app-enhance-review')).not.toBeNull());
    expect(promptField().value).toBe('a red fox');
    button('Use enhanced').click();
    await fixture.whenStable();
    expect(promptField().value).toBe('a red fox in snow');
    expect(page().querySelector('app-prompt-form')?.textContent).toContain('Your original prompt');
    shortcut();
    await eventually(() => expect(api.asked(GENERATE)).toHaveLength(1));
    expect(api.asked(GENERATE)[0]?.body).toMatchObject({
      prompt: 'a red fox',
      enhanced_prompt: 'a red fox in snow',
      enhancer: { key: 'huggingface', model: 'm' },
      enhance: false,
    });
    button('Use original').click();
    await fixture.whenStable();
    expect(promptField().value).toBe('a red fox');
  });

  it('keeps the prompt on Escape and when the enhancer fails', async () => {
    await write('a red fox');
    button('Enhance').click();
    await eventually(() => expect(page().querySelector('app-enhance-review')).not.toBeNull());
    page()
      .querySelector('app-enhance-review')
      ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    await fixture.whenStable();
    expect(page().querySelector('app-enhance-review')).toBeNull();
    const detail = 'Ollama does not answer. The prompt is unchanged and you were not charged.';
    for (const [failure, sentence] of [
      [() => refusal(503, 'enhancer.unavailable', { detail }), detail],
      [() => outage(), 'Couldn’t enhance right now. Your prompt is unchanged and you were not charged.'],
    ] as const) {
      api.on('POST /api/v1/studio/enhance-prompt', failure);
      button('Enhance').click();
      await eventually(() => expect(page().querySelector('[role=alert]')?.textContent.trim()).toBe(sentence));
      expect(promptField().value).toBe('a red fox');
    }
  });

  it('warns of an enhancer that has failed before, until it has been asked', async () => {
    api.on('GET /api/v1/studio/options', () => {
      const options = sampleOptions();
      return { ...options, enhancer: { ...options.enhancer, reason: 'Hugging Face is busy.' } };
    });
    fixture.destroy();
    fixture = TestBed.createComponent(StudioPage);
    await eventually(() => expect(page().querySelector('#enhancer-reason')?.textContent).toBe('Hugging Face is busy.'));
    await write('a red fox');
    button('Enhance').click();
    await eventually(() => expect(page().querySelector('app-enhance-review')).not.toBeNull());
    expect(page().querySelector('#enhancer-reason')).toBeNull();
  });

  it('says why nothing can be enhanced', async () => {
    const reason = 'No enhancer has been set up. Tell your administrator.';
    await write('a red fox');
    expect(button('Enhance').disabled).toBe(false);
    api.on('GET /api/v1/studio/options', () => ({
      ...sampleOptions(),
      enhancer: { key: 'ollama', label: 'Ollama', ready: false, reason },
    }));
    fixture.destroy();
    fixture = TestBed.createComponent(StudioPage);
    await eventually(() => expect(page().querySelector('#enhancer-reason')?.textContent).toBe(reason));
    expect(button('Enhance').disabled).toBe(true);
    expect(button('Enhance').getAttribute('aria-describedby')).toBe('enhancer-reason');
  });

  it('keeps a tier that is turned off, with its reason', () => {
    const card = page().querySelector<HTMLInputElement>('input[value=premium4]')?.closest('label');
    expect(card?.querySelector('input')?.disabled).toBe(true);
    expect(card?.textContent).toContain('Turned off by your admin');
  });

  it('starts from an example when there are no images yet', async () => {
    await eventually(() => expect(page().textContent).toContain('Your images appear here'));
    button('A lighthouse').click();
    await fixture.whenStable();
    expect(promptField().value).toMatch(/^A lighthouse/);
  });
});
