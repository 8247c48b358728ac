import type { HarnessLoader } from '@angular/cdk/testing';
import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { MatButtonHarness } from '@angular/material/button/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { MatDialogHarness } from '@angular/material/dialog/testing';
import { MatFormFieldHarness } from '@angular/material/form-field/testing';
import { MatInputHarness } from '@angular/material/input/testing';
import type { OwnSession, SessionUser } from '@atelier/contracts';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ownSession } from '../../../testing/api-key-fixtures';
import { eventually } from '../../../testing/eventually';
import { FakeApi, outage, refusal } from '../../../testing/fake-api';
import { Session } from '../../session/session';
import { ProfilePage } from './profile-page';

const SESSIONS = '/api/v1/auth/sessions';
const NEW_PASSWORD = 'quite a long phrase';

describe('ProfilePage', () => {
  let api: FakeApi;
  let sessions: OwnSession[];
  let fixture: ComponentFixture<ProfilePage>;
  let document: HarnessLoader;
  const user = signal<SessionUser>({ id: 1, email: 'ana@example.com', name: 'Ana', role: 'member' });
  const rename = jest.fn<(name: string) => Promise<void>>();
  const changePassword = jest.fn<(current: string, next: string) => Promise<void>>();

  beforeEach(() => {
    rename.mockReset().mockImplementation(async (name) => user.update((before) => ({ ...before, name })));
    changePassword.mockReset().mockResolvedValue(undefined);
    user.set({ id: 1, email: 'ana@example.com', name: 'Ana', role: 'member' });
    sessions = [ownSession('s2', 'Safari on iPhone'), ownSession('s1', 'Firefox on Linux', { is_current: true })];
    api = new FakeApi().on(`GET ${SESSIONS}`, () => ({ data: sessions, has_more: false, next_cursor: null }));
    TestBed.configureTestingModule({
      providers: [
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        { provide: Session, useValue: { user, rename, changePassword } },
        provideHttpClient(withInterceptors([api.interceptor])),
      ],
    });
  });

  async function open(): Promise<void> {
    fixture = TestBed.createComponent(ProfilePage);
    // Whether something has the focus can only be told of what is in the document.
    globalThis.document.body.append(fixture.nativeElement);
    document = TestbedHarnessEnvironment.documentRootLoader(fixture);
    await fixture.whenStable();
  }

  const rows = () =>
    [...fixture.nativeElement.querySelectorAll('li')].map((element: HTMLElement) =>
      element.textContent.replace(/\s+/g, ' ').trim(),
    );
  const press = async (name: string, within?: string) =>
    (await document.getHarness(MatButtonHarness.with({ text: name, ...(within && { ancestor: within }) }))).click();
  const fieldOf = (label: string) => document.getHarness(MatFormFieldHarness.with({ floatingLabelText: label }));
  const inputOf = async (label: string) => (await fieldOf(label)).getControl(MatInputHarness);
  const errorOf = async (label: string) => (await (await fieldOf(label)).getTextErrors()).join();

  it('changes the name', async () => {
    await open();
    await (await inputOf('Name'))?.setValue(' ');
    await press('Save name');
    expect(await errorOf('Name')).toBe('Enter a name.');
    expect(rename).not.toHaveBeenCalled();
    await (await inputOf('Name'))?.setValue(' Ana Kovac ');
    await press('Save name');
    await eventually(() => expect(rename).toHaveBeenCalledWith('Ana Kovac'));

    const errors = [{ path: 'name', message: 'must not contain control characters' }];
    rename.mockRejectedValue(refusal(422, 'request.invalid', { errors }));
    await press('Save name');
    await eventually(async () => expect(await errorOf('Name')).toBe('This name must not contain control characters.'));
  });

  it('changes the password, and shows that the other sessions are gone', async () => {
    await open();
    await (await inputOf('Current password'))?.setValue('old');
    await (await inputOf('New password'))?.setValue('short');
    await press('Change password');
    expect(await errorOf('New password')).toBe('10 more characters to reach 15.');
    await (await inputOf('New password'))?.setValue(NEW_PASSWORD);
    sessions = [ownSession('s3', 'Firefox on Linux', { is_current: true })];
    await press('Change password');
    await eventually(() => expect(rows()).toHaveLength(1));
    expect(changePassword).toHaveBeenCalledWith('old', NEW_PASSWORD);
    expect(await (await inputOf('Current password'))?.getValue()).toBe('');
    expect(await errorOf('Current password')).toBe('');
  });

  it('says at its field which password was refused', async () => {
    changePassword.mockRejectedValueOnce(refusal(401, 'auth.credentials_invalid'));
    await open();
    await (await inputOf('Current password'))?.setValue('wrong');
    await (await inputOf('New password'))?.setValue(NEW_PASSWORD);
    await press('Change password');
    await eventually(async () => expect(await errorOf('Current password')).toBe('This is not your current password.'));

    changePassword.mockRejectedValueOnce(refusal(422, 'auth.password_weak'));
    await (await inputOf('Current password'))?.setValue('right');
    await press('Change password');
    await eventually(async () => expect(await errorOf('New password')).toContain('too easy to guess'));

    changePassword.mockRejectedValueOnce(outage());
    await (await inputOf('New password'))?.setValue(`${NEW_PASSWORD}!`);
    await press('Change password');
    await eventually(() => expect(fixture.nativeElement.textContent).toContain('can’t reach the server'));
  });

  it('tells where one is signed in, this device first', async () => {
    await open();
    expect(rows()[0]).toMatch(/^Firefox on Linux This device ?203\.0\.113\.9 ?signed in 1 Nov 2026, .*in use now$/);
    expect(rows()[1]).toMatch(/^Safari on iPhone ?203\.0\.113\.9 ?signed in .*last used 2 Nov 2026, .*Sign out$/);
  });

  it('signs one session out, whoever was faster', async () => {
    api.on(`DELETE ${SESSIONS}/s2`, () => refusal(404, 'auth.session_not_found'));
    await open();
    await press('Sign out', 'app-session-list');
    expect(await (await document.getHarness(MatDialogHarness)).getText()).toContain('Sign out Safari on iPhone?');
    await press('Sign out', 'mat-dialog-container');
    await eventually(() => expect(rows()).toHaveLength(1));
    await eventually(() => expect(globalThis.document.activeElement?.textContent).toBe('Where you’re signed in'));
    expect(fixture.nativeElement.textContent).not.toContain('Sign out everywhere else');
  });

  it('keeps a session that could not be ended', async () => {
    api.on(`DELETE ${SESSIONS}/s2`, () => outage());
    await open();
    await press('Sign out', 'app-session-list');
    await press('Sign out', 'mat-dialog-container');
    await eventually(() => expect(globalThis.document.body.textContent).toContain('can’t reach the server'));
    expect(rows()).toHaveLength(2);
  });

  it('signs out everywhere else', async () => {
    api.on(`DELETE ${SESSIONS}`, () => ({ ended: 1 }));
    await open();
    await press('Sign out everywhere else', 'app-session-list');
    sessions = sessions.filter(({ is_current }) => is_current);
    await press('Sign out everywhere else', 'mat-dialog-container');
    await eventually(() => expect(globalThis.document.body.textContent).toContain('Signed out of 1 other session.'));
    expect(rows()).toHaveLength(1);
  });

  it('offers to retry when the sessions can’t be read', async () => {
    api.on(`GET ${SESSIONS}`, () => outage());
    await open();
    expect(fixture.nativeElement.textContent).toContain('Your sessions couldn’t be loaded');
    api.on(`GET ${SESSIONS}`, () => ({ data: sessions, has_more: false, next_cursor: null }));
    await press('Retry');
    expect(rows()).toHaveLength(2);
  });
});
