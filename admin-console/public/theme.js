// Runs before the first paint, as a file of its own because the content security policy allows no inline script.
try {
  const theme = localStorage.getItem('atelier.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the page follows the system's colour scheme.
}
