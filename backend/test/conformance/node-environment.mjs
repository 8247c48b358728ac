// @ts-check
import { TestEnvironment } from 'jest-environment-node';

/** Where Node keeps what its fetch sends with. Jest gives tests a fetch, but not this, which Google's client asks for. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

export default class NodeEnvironment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} parameters */
  constructor(...parameters) {
    super(...parameters);
    // Made at the first use of anything around fetch.
    void new globalThis.Headers();
    Object.defineProperty(this.global, DISPATCHER, { value: Reflect.get(globalThis, DISPATCHER) });
  }
}
