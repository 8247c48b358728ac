import { DestroyRef, type Signal, inject, signal } from '@angular/core';

/** Whether the page is looked at. */
export function pageVisibility(document: Document): Signal<boolean> {
  const isVisible = signal(document.visibilityState === 'visible');
  const update = (): void => isVisible.set(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', update);
  inject(DestroyRef).onDestroy(() => document.removeEventListener('visibilitychange', update));
  return isVisible.asReadonly();
}
