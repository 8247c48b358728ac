import { inject } from '@angular/core';
import { type CanMatchFn, Router } from '@angular/router';
import { Session } from './session';

/** Lets signed-in people through; others sign in first and come back. Matches before any code of the page is loaded. */
export const requireSession: CanMatchFn = async () => {
  const session = inject(Session);
  const router = inject(Router);
  const asked = router.currentNavigation()?.extractedUrl.toString() ?? '/';
  if (session.status() !== 'signed-in') await session.restore();
  if (session.status() === 'signed-in') return true;
  return router.createUrlTree(['/login'], { queryParams: asked === '/' ? {} : { return: asked } });
};

/** Matches for administrators only, so that a route behind it can explain to everybody else. */
export const requireAdmin: CanMatchFn = () => inject(Session).isAdmin();
