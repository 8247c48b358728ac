import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatSelectHarness } from '@angular/material/select/testing';
import { Router, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { LedgerEntry, LedgerEntryKind } from '@atelier/contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeApi, outage } from '../../../testing/fake-api';
import { Session } from '../../session/session';
import { creditsRoutes } from '../credits.routes';

const BALANCE = '/api/v1/credits/balance';
const ENTRIES = '/api/v1/credits/entries';
const IMAGE = '0198f000-0000-7000-8000-000000000001';

function entry(id: string, kind: LedgerEntryKind, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id,
    kind,
    amount: 4,
    available_after: 96,
    held_after: 0,
    generation_id: null,
    image_id: null,
    reason: null,
    actor: 'system',
    created_at: '2026-11-20T12:00:00.000Z',
    ...more,
  };
}

describe('CreditsPage', () => {
  let api: FakeApi;
  let entries: LedgerEntry[];
  let routed: RouterTestingHarness;
  let page: HarnessLoader;

  beforeEach(() => {
    entries = [
      entry('5', 'capture', { image_id: IMAGE }),
      entry('4', 'release'),
      entry('3', 'hold', { actor: 'user:7' }),
      entry('2', 'revoke', { reason: 'Granted twice', actor: 'user:1' }),
      entry('1', 'grant', { amount: 1240, reason: 'Welcome' }),
    ];
    api = new FakeApi()
      .on(`GET ${BALANCE}`, () => ({ available: 1240, held: 16, consumed: 44, granted: 1300 }))
      .on(`GET ${ENTRIES}`, ({ params }) => {
        const kind = params.get('kind');
        const data = params.has('cursor')
          ? [entry('0', 'grant')]
          : entries.filter((one) => kind === null || one.kind === kind);
        const hasMore = !params.has('cursor') && kind === null && data.length > 0;
        return { data, has_more: hasMore, next_cursor: hasMore ? 'older' : null };
      });
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        {
          provide: Session,
          useValue: { user: signal({ id: 7, email: 'mia@example.com', name: 'Mia', role: 'member' }) },
        },
        provideHttpClient(withInterceptors([api.interceptor])),
        provideRouter([{ path: 'credits', children: creditsRoutes }]),
      ],
    });
  });

  async function open(path = '/credits'): Promise<void> {
    routed = await RouterTestingHarness.create(path);
    page = TestbedHarnessEnvironment.loader(routed.fixture);
    await routed.fixture.whenStable();
  }

  const text = () => routed.routeNativeElement?.textContent ?? '';
  const rows = () =>
    [...(routed.routeNativeElement?.querySelectorAll('tbody tr') ?? [])].map((row) =>
      [...row.querySelectorAll('td')].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim()),
    );
  const press = async (name: string) => (await page.getHarness(MatButtonHarness.with({ text: name }))).click();

  it('shows the four sums', async () => {
    await open();
    expect(text()).toMatch(/Available\s*1,240/);
    expect(text()).toMatch(/On hold\s*16/);
    expect(text()).toMatch(/Used\s*44/);
    expect(text()).toMatch(/Granted\s*1,300/);
  });

  it('gives each kind of entry its word, its sign and who caused it', async () => {
    await open();
    expect(rows().map(([, type, , amount, , by]) => [type, amount, by])).toEqual([
      ['Used', '−4from hold', 'By Atelier'],
      ['Returned', '+4', 'By Atelier'],
      ['Held', '−4', 'By You'],
      ['Revoked', '−4', 'By Admin'],
      ['Grant', '+1,240', 'By Atelier'],
    ]);
  });

  it('says why, and leads to the image where there is one', async () => {
    await open();
    expect(rows().map(([, , description]) => description)).toEqual([
      'Image delivered View image',
      'Not used',
      'Generation started',
      'Granted twice',
      'Welcome',
    ]);
    expect(routed.routeNativeElement?.querySelector('tbody a')?.getAttribute('href')).toBe(`/gallery/${IMAGE}`);
  });

  it('loads older entries on demand, until there are none', async () => {
    await open();
    await press('Load more');
    expect(rows()).toHaveLength(6);
    expect(api.asked(`GET ${ENTRIES}`).at(-1)?.params.get('cursor')).toBe('older');
    expect(await page.getAllHarnesses(MatButtonHarness.with({ text: 'Load more' }))).toHaveLength(0);
    expect(text()).toContain('Corrections are new entries.');
  });

  it('filters by type, and keeps the filter in the address', async () => {
    await open();
    const filter = await page.getHarness(MatSelectHarness);
    await filter.open();
    await filter.clickOptions({ text: 'Returned' });
    await routed.fixture.whenStable();
    expect(TestBed.inject(Router).url).toBe('/credits?kind=release');
    expect(rows().map(([, type]) => type)).toEqual(['Returned']);
    expect(api.asked(`GET ${ENTRIES}`).at(-1)?.params.get('kind')).toBe('release');
  });

  it('tells an empty ledger from an empty filter', async () => {
    entries = [];
    await open();
    expect(text()).toContain('No activity yet');
    expect(routed.routeNativeElement?.querySelector('app-empty-state a')?.textContent).toBe('Open Studio');
    await routed.navigateByUrl('/credits?kind=revoke');
    await routed.fixture.whenStable();
    expect(text()).toContain('No entries of this type');
    await press('Show all types');
    await routed.fixture.whenStable();
    expect(text()).toContain('No activity yet');
  });

  it('offers to retry what failed and shows the rest', async () => {
    api.on(`GET ${ENTRIES}`, () => outage());
    await open();
    expect(text()).toMatch(/Available\s*1,240/);
    expect(text()).toContain('Your activity couldn’t be loaded');
    api.on(`GET ${ENTRIES}`, () => ({ data: entries, has_more: false, next_cursor: null }));
    await press('Retry');
    expect(rows()).toHaveLength(5);
  });
});
