const UNHANDLED = /unhandled ?rejection|uncaught ?exception|triggerUncaughtException|ERR_UNHANDLED|Node\.js v\d/i;

/** What a process printed, when something was thrown in it that nobody caught; undefined when all was caught. */
export function unhandledIn({ stdout, stderr }: { stdout: string; stderr: string }): string | undefined {
  const found = UNHANDLED.exec(stdout + stderr);
  if (!found) return undefined;
  const around = (stdout + stderr).slice(Math.max(0, found.index - 1_500), found.index + 1_500);
  return `Something was thrown that nobody caught:\n${around}`;
}
