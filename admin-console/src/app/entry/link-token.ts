import { inject } from '@angular/core';
import { ActivatedRoute } from '@angular/router';

/** The one-time token of the link: after the `#`, where neither servers nor their logs see it. Null without one. */
export function linkToken(): string | null {
  return new URLSearchParams(inject(ActivatedRoute).snapshot.fragment ?? '').get('token');
}
