import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINE, THREADS } from '../../tools/engine.mjs';
import { freePort } from '../../tools/services.mjs';

const CLOCK_TICKS_PER_SECOND = 100;
const START_TIMEOUT_MS = 20_000;

/** Starts a program that says in its first line where it listens. @returns its origin, its id, and how to stop it */
export const startProgram = (...args) => startListening(args, process.env);

/** The same, with the engine and its threads set as they are for Atelier. */
export const startProgramAsOurs = (...args) => startListening([...ENGINE, ...args], { ...process.env, ...THREADS });

async function startListening(args, env) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  child.stdout.resume();
  return { origin: new URL(line.replace('Listening on ', '')).origin, pid: child.pid, stop: () => stop(child) };
}

/** Starts a program that is told its port, and waits until it answers. */
export async function startOnPort(argsOf) {
  const port = await freePort();
  const child = spawn(process.execPath, argsOf(port), { stdio: 'ignore' });
  const origin = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(origin))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${argsOf(port)[0]} did not start`);
    await sleep(50);
  }
  return { origin, pid: child.pid, stop: () => stop(child) };
}

async function answers(origin) {
  try {
    await (await fetch(origin)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function stop(child) {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** CPU of all threads of a process until now, in milliseconds; Linux. */
export function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / CLOCK_TICKS_PER_SECOND;
}

/** Forgets the highest memory until now. */
export function resetPeakRss(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export function rssMibOf(pid, name = 'VmHWM') {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
