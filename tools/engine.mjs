/**
 * How the engine is to keep house. A smaller nursery for young objects: the process needs some 20 MiB less at rest. And the
 * heap may double before it is searched for garbage: images lie outside of it but count towards that limit, so that a
 * busy server would be searched after every few of them.
 */
export const ENGINE = ['--max-semi-space-size=8', '--heap-growing-percent=100'];
