import type { HttpResourceRef } from '@angular/common/http';
import { type WritableSignal, computed, linkedSignal } from '@angular/core';

/** The latest answer; a reload that fails doesn't take the page, and the edits on it, away. */
export function lastKnown<Answer>(resource: HttpResourceRef<Answer | undefined>): WritableSignal<Answer | undefined> {
  const latest = computed(() => (resource.hasValue() ? resource.value() : undefined));
  return linkedSignal<Answer | undefined, Answer | undefined>({
    source: latest,
    computation: (answer, previous) => answer ?? previous?.value,
  });
}
