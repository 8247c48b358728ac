import { destination } from 'pino';

/** So much may wait for room; what comes after that is lost. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Where log lines go. When they can't be written, because the volume that they are kept on is full, they wait, and in the
 * end are lost: pino's own way is to end the process, or to stop it until somebody makes room.
 *
 * @param target file descriptor or file
 */
export function logOutput(target: number | string): ReturnType<typeof destination> {
  const output = destination({ dest: target, sync: true, minLength: 1, maxLength: MAX_WAITING_BYTES });
  // There is no log left to tell it to; the next line tries again, with those that wait.
  output.on('error', () => undefined);
  // Nor does a line that finds no place among them go before there was another try.
  output.on('drop', () => output.flush());
  // Each line is written at once, so nothing but what can't be written is left to flush, and pino would try for ever.
  output.flushSync = () => undefined;
  return output;
}
