/** Catches slips of the keyboard only; whether an address exists is for the server to know. */
export function emailError(email: string): string | null {
  if (email.trim() === '') return 'Enter your email.';
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : 'This is not an email address.';
}
