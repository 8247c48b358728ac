import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Parts of the framework that report every module and route of every start. */
const CHATTY = new Set(['InstanceLoader', 'NestApplication', 'NestFactory', 'RouterExplorer', 'RoutesResolver']);

/** Logs as nestjs-pino does, but what the framework says about itself only at the level `debug`. */
@Injectable()
export class FrameworkLogger extends Logger {
  override log(message: unknown, ...details: unknown[]): void {
    if (isChatty(details)) super.debug(message, ...details);
    else super.log(message, ...details);
  }

  /** A port that can't be had is told in one sentence where the process ends. */
  override error(message: unknown, ...details: unknown[]): void {
    if (isChatty(details)) super.debug(message, ...details);
    else super.error(message, ...details);
  }
}

function isChatty(details: readonly unknown[]): boolean {
  const context = details.at(-1);
  return typeof context === 'string' && CHATTY.has(context);
}
