import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Image } from '@atelier/contracts';
import { eventually } from '../../../testing/eventually';
import { FakeApi, refusal } from '../../../testing/fake-api';
import { sampleImage } from '../../../testing/generation-fixtures';
import { GalleryStore } from '../gallery-store';
import { imageFacts } from './image-facts';
import { Lightbox } from './lightbox';

const numbered = (number: number): Image =>
  sampleImage({ id: `019ab000-0000-7000-8000-${String(number).padStart(12, '0')}`, prompt: `prompt ${number}` });

describe('Lightbox', () => {
  const id = signal('');
  const close = jest.fn();
  let api: FakeApi;
  let fixture: ComponentFixture<Lightbox>;
  let navigate: jest.Spied<Router['navigate']>;

  async function open(number: number): Promise<void> {
    id.set(numbered(number).id);
    api = new FakeApi()
      .on('GET /api/v1/gallery/images', () => ({
        data: [numbered(1), numbered(2)],
        has_more: false,
        next_cursor: null,
      }))
      .on('GET /api/v1/studio/my-creations', () => ({ images: [], total: 2 }))
      .on(`GET /api/v1/gallery/images/${numbered(9).id}`, () => numbered(9));
    TestBed.configureTestingModule({
      providers: [
        GalleryStore,
        provideRouter([]),
        provideHttpClient(withInterceptors([api.interceptor])),
        { provide: DIALOG_DATA, useValue: { id } },
        { provide: DialogRef, useValue: { close } },
      ],
    });
    navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fixture = TestBed.createComponent(Lightbox);
    await eventually(() => expect(page().querySelector('dl')).not.toBeNull());
    await fixture.whenStable();
  }

  beforeEach(() => {
    close.mockClear();
  });

  const page = (): HTMLElement => fixture.nativeElement;
  const press = (key: string): boolean => document.dispatchEvent(new KeyboardEvent('keydown', { key }));

  it('walks with the arrow keys without filling the history, and stops at the ends', async () => {
    await open(1);
    await eventually(() => expect(page().querySelector('.position')?.textContent).toBe('1 of 2'));
    press('ArrowLeft');
    expect(navigate).not.toHaveBeenCalled();
    press('ArrowRight');
    await eventually(() => expect(navigate).toHaveBeenCalledWith(['/gallery', numbered(2).id], { replaceUrl: true }));
    id.set(numbered(2).id);
    await fixture.whenStable();
    press('ArrowRight');
    await fixture.whenStable();
    expect(navigate).toHaveBeenCalledTimes(1);
    press('ArrowLeft');
    expect(navigate).toHaveBeenLastCalledWith(['/gallery', numbered(1).id], { replaceUrl: true });
  });

  it('shows everything that is known about the image', async () => {
    await open(1);
    const labels = [...page().querySelectorAll('dt')].map((term) => term.textContent);
    expect(labels).toEqual([
      'Original prompt',
      'Tier',
      'Provider',
      'Model',
      'Size',
      'Seed',
      'Created',
      'Time taken',
      'Credits',
      'Job id',
      'Generation id',
    ]);
    expect(page().querySelector('dl')?.textContent).toContain('1024 × 1024 px · 1.4 MB');
    expect(page().querySelector('app-picture.original img')?.getAttribute('alt')).toBe('Generated image: prompt 1');
  });

  it('tells which providers were called before one delivered', () => {
    const attempts: Image['attempts'] = [
      { provider: 'openai', outcome: 'timeout' },
      { provider: 'gemini', outcome: 'delivered' },
    ];
    const facts = imageFacts(sampleImage({ provider: 'gemini', attempts }));
    expect(facts.find(({ label }) => label === 'Calls')?.value).toBe('OpenAI: too slow, Gemini: delivered');
  });

  it('shows and hides the details with I', async () => {
    await open(1);
    const facts = (): HTMLElement | null => page().querySelector('aside');
    const before = facts()?.hidden;
    press('i');
    await fixture.whenStable();
    expect(facts()?.hidden).toBe(!before);
  });

  it('reads an image by itself that the list has not come to', async () => {
    await open(9);
    expect(page().querySelector('dl')?.textContent).toContain('prompt 9');
    expect(page().querySelector<HTMLButtonElement>('.next')?.disabled).toBe(true);
  });

  it('says when the image is gone and leads back', async () => {
    await open(1);
    const gone = numbered(5).id;
    api.on(`GET /api/v1/gallery/images/${gone}`, () => refusal(404, 'gallery.image_not_found'));
    id.set(gone);
    await eventually(() =>
      expect(page().querySelector('[role=alert]')?.textContent).toContain('This image no longer exists.'),
    );
    page().querySelector<HTMLButtonElement>('[role=alert] button')?.click();
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('hands the prompt to the studio with P', async () => {
    await open(1);
    press('p');
    expect(navigate).toHaveBeenCalledWith(['/'], { info: { prompt: 'prompt 1' } });
  });
});
