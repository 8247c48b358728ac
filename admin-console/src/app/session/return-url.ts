/** Where to go after signing in: the asked page of this console, never another site, or the start page. */
export function returnUrl(asked: string | null | undefined): string {
  const isLocal = asked?.startsWith('/') === true && !/^\/[/\\]/.test(asked);
  return isLocal && !asked.startsWith('/login') ? asked : '/';
}
