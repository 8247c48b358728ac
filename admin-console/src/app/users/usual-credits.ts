import { httpResource } from '@angular/common/http';
import { type Signal, type WritableSignal, computed, linkedSignal } from '@angular/core';
import type { StudioSettings } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';

/** What new accounts are granted as a rule, as text; empty until it is known. To be called in an injection context. */
function usualCredits(): Signal<string> {
  const settings = httpResource<StudioSettings>(() => `${API_BASE}/admin/studio/settings`);
  return computed(() => {
    const known = settings.hasValue() ? settings.value().settings : [];
    return known.find((setting) => setting.key === 'initial_credits')?.value ?? '';
  });
}

/** A draft of a new account. The usual credits arrive after it: they fill the field unless somebody typed there. */
export function draftWithUsualCredits<Draft extends { readonly credits: string }>(empty: Draft): WritableSignal<Draft> {
  return linkedSignal<string, Draft>({
    source: usualCredits(),
    computation: (usual, previous) => {
      const typed = previous?.value ?? empty;
      return typed.credits === (previous?.source ?? '') ? { ...typed, credits: usual } : typed;
    },
  });
}
