/** What people type for a negative number: a hyphen, or the minus sign that this console shows. */
export function parseAmount(text: string): number | null {
  const plain = text.trim().replace(/[−–]/u, '-').replace(/^\+/, '');
  return /^-?\d{1,15}$/.test(plain) ? Number(plain) : null;
}
