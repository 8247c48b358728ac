/** Carries the role that a route needs into the document while that is being made. */
export const ROLE_EXTENSION = 'x-role';
