import { NestFactory, Reflector } from '@nestjs/core';
import { ShutdownSignal, StandardSchemaSerializerInterceptor } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { MANUAL } from './manual/index.js';
import type { Configuration } from './platform/config/index.js';
import { AnswerMemoryInterceptor } from './platform/http/answer-memory/answer-memory.interceptor.js';
import { AnswerMemory } from './platform/http/answer-memory/answer-memory.js';
import { boundedAddresses } from './platform/http/bounded-addresses.js';
import { compressedAnswers } from './platform/http/compressed-answers.js';
import { consoleFiles } from './platform/http/console-files.js';
import { OpenApiDocument } from './platform/http/docs/openapi-document.js';
import { FrameworkLogger } from './platform/http/framework-logger.js';
import { PunctualExpressAdapter } from './platform/http/http-server.js';
import { operatorsOnly } from './platform/http/operators-only.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { RequestBodyInterceptor } from './platform/http/request-body.interceptor.js';
import { assignRequestId } from './platform/http/request-id.js';
import { securityHeaders } from './platform/http/security-headers.js';
import { validationPipe } from './platform/http/validation.js';
import { HttpMetrics } from './platform/metrics/http-metrics.js';
import { RequestLimits } from './platform/throttling/index.js';
import { limitedAddresses } from './platform/throttling/limited-addresses.js';
import { tracedRequests } from './platform/tracing/traced-requests.js';

/** Largest JSON body; a prompt has at most 8,000 characters, so this is generous. */
const BODY_LIMIT = '256kb';

/** The application as `main.ts` runs it and the tests use it, not listening yet. */
export async function createApp(configuration: Configuration): Promise<NestExpressApplication> {
  const adapter = new PunctualExpressAdapter(configuration.requestTimeoutMs);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(configuration), adapter, {
    // Silent until its own logger is there: what goes wrong before is told in one sentence where the process ends.
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  app.useLogger(app.get(FrameworkLogger));
  app.disable('x-powered-by');
  app.set('trust proxy', [...configuration.trustedProxies]);
  app.disable('etag');
  app.use(app.get(HttpMetrics).watch, assignRequestId, tracedRequests, ...securityHeaders(), compressedAnswers());
  if (!configuration.duties.serves) app.use(operatorsOnly);
  const files = configuration.duties.serves ? consoleFiles() : [];
  if (files.length > 0) app.use(...files);
  app.use(limitedAddresses(app.get(RequestLimits)), boundedAddresses);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useGlobalPipes(validationPipe);
  app.useGlobalInterceptors(new RequestBodyInterceptor(), new StandardSchemaSerializerInterceptor(app.get(Reflector)));
  const memory = app.get(AnswerMemory);
  if (memory.isInUse) {
    adapter.answerFirst((request, response) => memory.answer(request, response));
    app.useGlobalInterceptors(new AnswerMemoryInterceptor(app.get(Reflector), memory));
  }
  app.useGlobalFilters(new ProblemFilter());
  app.get(OpenApiDocument).describe(app, MANUAL);
  app.enableShutdownHooks([ShutdownSignal.SIGINT, ShutdownSignal.SIGTERM], { useProcessExit: true });
  return app;
}
