import { expect } from '@jest/globals';
import type { StudioSetting, StudioSettings } from '@atelier/contracts';
import type { ApiClient } from './api-client.js';

export async function changeSettings(admin: ApiClient, change: Record<string, string>): Promise<void> {
  const answer = await admin.put('/admin/studio/settings', change);
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
}

/** The settings in force, by key. */
export async function settingsOf(admin: ApiClient): Promise<Map<string, StudioSetting>> {
  const answer = await admin.get<StudioSettings>('/admin/studio/settings');
  expect(answer.status).toBe(200);
  return new Map(answer.body.settings.map((setting) => [setting.key, setting]));
}
