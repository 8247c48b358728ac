import type { Routes } from '@angular/router';
import { requireAdmin, requireSession } from './session/guards';

export const routes: Routes = [
  {
    path: 'login',
    title: 'Sign in',
    loadComponent: () => import('./entry/login-page/login-page').then((m) => m.LoginPage),
  },
  {
    path: 'setup',
    title: 'Set up',
    loadComponent: () => import('./entry/setup-page/setup-page').then((m) => m.SetupPage),
  },
  {
    path: 'invitation',
    title: 'Accept invitation',
    loadComponent: () => import('./entry/invitation-page/invitation-page').then((m) => m.InvitationPage),
  },
  {
    path: '',
    canMatch: [requireSession],
    loadComponent: () => import('./shell/shell').then((m) => m.Shell),
    children: [
      {
        path: 'gallery',
        title: 'Gallery',
        loadChildren: () => import('./gallery/gallery.routes').then((m) => m.galleryRoutes),
      },
      {
        path: 'credits',
        title: 'Credits',
        loadChildren: () => import('./credits/credits.routes').then((m) => m.creditsRoutes),
      },
      {
        path: 'api-keys',
        title: 'API keys',
        loadChildren: () => import('./api-keys/api-keys.routes').then((m) => m.apiKeysRoutes),
      },
      {
        path: 'profile',
        title: 'Profile',
        loadChildren: () => import('./profile/profile.routes').then((m) => m.profileRoutes),
      },
      {
        path: 'webhooks',
        title: 'Webhooks',
        loadChildren: () => import('./webhooks/webhooks.routes').then((m) => m.webhooksRoutes),
      },
      {
        path: 'admin',
        canMatch: [requireAdmin],
        children: [
          { path: '', pathMatch: 'full', redirectTo: 'settings' },
          {
            path: 'settings',
            title: 'Settings',
            loadChildren: () => import('./settings/settings.routes').then((m) => m.settingsRoutes),
          },
          {
            path: 'providers',
            title: 'Providers',
            loadChildren: () => import('./providers/providers.routes').then((m) => m.providersRoutes),
          },
          {
            path: 'users',
            title: 'Users',
            loadChildren: () => import('./users/users.routes').then((m) => m.usersRoutes),
          },
          {
            path: 'service-accounts',
            title: 'Service accounts',
            loadChildren: () => import('./users/users.routes').then((m) => m.serviceAccountsRoutes),
          },
          {
            path: 'ledger',
            title: 'Ledger',
            loadChildren: () => import('./ledger/ledger.routes').then((m) => m.ledgerRoutes),
          },
          {
            path: 'audit-log',
            title: 'Audit log',
            loadChildren: () => import('./audit/audit.routes').then((m) => m.auditRoutes),
          },
        ],
      },
      {
        path: 'admin',
        children: [
          {
            path: '**',
            title: 'Not allowed',
            loadComponent: () => import('./not-found/forbidden-page').then((m) => m.ForbiddenPage),
          },
        ],
      },
      {
        path: '',
        title: 'Studio',
        loadChildren: () => import('./studio/studio.routes').then((m) => m.studioRoutes),
      },
      {
        path: '**',
        title: 'Page not found',
        loadComponent: () => import('./not-found/not-found-page').then((m) => m.NotFoundPage),
      },
    ],
  },
];
