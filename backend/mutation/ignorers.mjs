import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/** What Nest, TypeORM and Swagger are told: wiring, columns and descriptions, which other tests hold to. */
const decorators = {
  /** @param {any} path */
  shouldIgnore: (path) => (path.isDecorator() ? 'Declarations' : undefined),
};

/** What is logged, and that it is. */
const logMessages = {
  /** @param {any} path */
  shouldIgnore(path) {
    const call = path.isExpressionStatement() ? path.node.expression : path.node;
    const logger = call.type === 'CallExpression' && call.callee.object?.property?.id?.name === 'logger';
    return logger ? 'Log messages' : undefined;
  },
};

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'decorators', decorators),
  declareValuePlugin(PluginKind.Ignore, 'log-messages', logMessages),
];
