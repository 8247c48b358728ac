import { type Routes } from '@angular/router';

export const galleryRoutes: Routes = [
  {
    path: '',
    loadComponent: () => import('./gallery-page/gallery-page').then((file) => file.GalleryPage),
    children: [
      {
        path: ':id',
        title: 'Image',
        loadComponent: () => import('./lightbox/lightbox-route').then((file) => file.LightboxRoute),
      },
    ],
  },
];
