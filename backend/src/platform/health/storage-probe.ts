/** The port: whether images can be stored. Whoever knows the store answers it. */
export abstract class StorageProbe {
  /** Rejects when they can't; cheap enough to be asked all the time. */
  abstract check(): Promise<void>;
}
