/**
 * How the engine is to keep house. A smaller nursery for young objects: the process needs some 20 MiB less at rest. And the
 * heap may double before it is searched for garbage: images lie outside of it but count towards that limit, so that a
 * busy server would be searched after every few of them.
 */
export const ENGINE = ['--max-semi-space-size=8', '--heap-growing-percent=100'];

/**
 * Images are decoded on these threads; files and password hashes must not wait for all of them. And they share two pools of
 * memory (glibc): with one each, what a thread has given back is kept for it alone.
 */
export const THREADS = { UV_THREADPOOL_SIZE: '8', MALLOC_ARENA_MAX: '2' };
