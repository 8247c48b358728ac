import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/** What Nest, TypeORM and Swagger are told: wiring, columns and descriptions, which other tests hold to. */
const decorators = {
  /** @param {any} path */
  shouldIgnore: (path) => (path.isDecorator() ? 'Declarations' : undefined),
};

const LOG_LEVELS = new Set(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);

/** What a log line says. That it is written at the right time is the tests' business where it matters. */
const logMessages = {
  /** @param {any} path */
  shouldIgnore(path) {
    if (!path.isCallExpression()) return undefined;
    const { callee } = path.node;
    const isLogger = callee.type === 'MemberExpression' && callee.object.property?.id?.name === 'logger';
    return isLogger && LOG_LEVELS.has(callee.property.name) ? 'Log messages' : undefined;
  },
};

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'decorators', decorators),
  declareValuePlugin(PluginKind.Ignore, 'log-messages', logMessages),
];
