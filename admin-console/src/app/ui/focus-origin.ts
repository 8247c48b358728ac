/**
 * Where the focus goes back to when a dialog that is opened now closes. An item of a menu is gone by then; the button
 * that opened the menu is not.
 */
export function focusOrigin(): HTMLElement | true {
  const menu = document.activeElement?.closest('[role="menu"]');
  if (!menu) return true;
  const openers = [...document.querySelectorAll<HTMLElement>('[aria-controls]')];
  return openers.find((opener) => opener.getAttribute('aria-controls') === menu.id) ?? true;
}
