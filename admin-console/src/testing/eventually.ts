const PATIENCE_MS = 2_000;
const PAUSE_MS = 10;

/** Repeats an expectation until it holds: for what Angular's stability doesn't cover, such as a closing overlay. */
export async function eventually(expectation: () => void | Promise<void>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
