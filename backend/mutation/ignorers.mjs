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

/** Changes that change nothing: which columns are read beside those that are used, and the direction that is the default. */
const equivalents = {
  /** @param {any} path */
  shouldIgnore(path) {
    const isProjection = path.isObjectProperty() && path.node.key.name === 'select';
    const isDefault = path.isStringLiteral() && path.node.value === 'ASC';
    return isProjection || isDefault ? 'Equivalent' : undefined;
  },
};

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'decorators', decorators),
  declareValuePlugin(PluginKind.Ignore, 'log-messages', logMessages),
  declareValuePlugin(PluginKind.Ignore, 'equivalents', equivalents),
];
