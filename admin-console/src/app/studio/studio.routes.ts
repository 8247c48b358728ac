import { type Routes } from '@angular/router';

export const studioRoutes: Routes = [
  {
    path: '',
    title: 'Studio',
    loadComponent: () => import('./studio-page/studio-page').then((file) => file.StudioPage),
  },
];
