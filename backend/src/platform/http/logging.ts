import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { Configuration } from '../config/index.js';
import { traceIds } from '../tracing/index.js';
import { FrameworkLogger } from './framework-logger.js';
import { logOutput } from './log-output.js';
import { loggedError } from './logged-error.js';
import { REQUEST_ID_HEADER } from './request-id.js';
import { withoutSecrets } from './without-secrets.js';

/** Path without the query, which may carry a signature. */
function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}

/** Structured logs, one line an event, without bodies, headers, queries or prompts. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [Configuration],
      useFactory: ({ logLevel, logFormat }: Configuration) => ({
        pinoHttp: {
          level: logLevel,
          genReqId: (_request, response) => String(response.getHeader(REQUEST_ID_HEADER)),
          mixin: traceIds,
          hooks: { streamWrite: withoutSecrets },
          // A user's mistake is worth a look only when somebody looks for it.
          customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
          serializers: {
            err: loggedError,
            req: (request: { id: unknown; method: string; url: string }) => ({
              id: request.id,
              method: request.method,
              path: pathOf(request.url),
            }),
            res: (response: { statusCode: number }) => ({ status: response.statusCode }),
          },
          ...(logFormat === 'pretty'
            ? {
                transport: {
                  target: 'pino-pretty',
                  options: {
                    colorize: true,
                    ignore: 'pid,hostname,req,res,context',
                    messageFormat: '{if context}{context}: {end}{msg}',
                  },
                },
              }
            : { stream: logOutput(process.stdout.fd) }),
        },
      }),
    }),
  ],
  providers: [FrameworkLogger],
  exports: [FrameworkLogger],
})
export class LoggingModule {}
