import { APP_BASE_HREF } from '@angular/common';
import { provideHttpClient, withInterceptors, withNoXsrfProtection } from '@angular/common/http';
import { type ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core';
import { TitleStrategy, provideRouter, withComponentInputBinding } from '@angular/router';
import { routes } from './app.routes';
import { PageTitle } from './platform/page-title';
import { authInterceptor } from './session/auth-interceptor';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    // Instead of a <base> element, which the content security policy forbids.
    { provide: APP_BASE_HREF, useValue: '/' },
    provideRouter(routes, withComponentInputBinding()),
    // The session travels in a header that only this code can set, so there is no cookie to protect from forgery.
    provideHttpClient(withInterceptors([authInterceptor]), withNoXsrfProtection()),
    { provide: TitleStrategy, useExisting: PageTitle },
  ],
};
