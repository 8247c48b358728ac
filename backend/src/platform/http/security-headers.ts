import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { newStyleNonce } from './style-nonce.js';

/** The nonce that this answer's styles may carry. */
export function styleNonce(response: Response): string {
  const nonce: unknown = response.locals['styleNonce'];
  if (typeof nonce !== 'string') throw new TypeError('The security headers have not been set');
  return nonce;
}

/** Headers that every answer carries. Routes that serve images tighten the policy further. */
export function securityHeaders(): RequestHandler[] {
  return [
    (_request, response, next) => {
      response.locals['styleNonce'] = newStyleNonce();
      next();
    },
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'", (_request, response) => `'nonce-${styleNonce(response as Response)}'`],
          imgSrc: ["'self'", 'blob:', 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          manifestSrc: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'self'"],
          formAction: ["'none'"],
          requireTrustedTypesFor: ["'script'"],
          trustedTypes: ['angular', 'angular#bundler', 'angular#unsafe-bypass', 'dompurify', "'allow-duplicates'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      crossOriginResourcePolicy: { policy: 'same-origin' },
      // Only meaningful over TLS, where browsers read it; over plain HTTP they ignore it.
      strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
      xFrameOptions: { action: 'deny' },
    }),
    (_request, response, next) => {
      // Answers hold balances and prompts; what may be kept says so itself.
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
      next();
    },
  ];
}
