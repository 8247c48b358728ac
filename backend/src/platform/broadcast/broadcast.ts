/** What is told to every process: JSON that the receiver parses with a schema of its own. */
export type Announcement = string;

/**
 * The port: tells all processes of an installation that something has happened. Delivery is a courtesy, never a
 * promise: an announcement may be lost, doubled or late, so whoever listens looks at the database for the truth, and looks
 * there now and then without one.
 */
export abstract class Broadcast {
  /** Tells everybody, this process included. Never rejects and never waits for the network. */
  abstract publish(channel: string, announcement: Announcement): void;

  /** @returns ends the subscription */
  abstract subscribe(channel: string, listener: (announcement: Announcement) => void): () => void;
}
