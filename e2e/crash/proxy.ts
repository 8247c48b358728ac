import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** What the wire may do to a conversation; all of it is off at first. */
export interface Weather {
  /** Every answer comes so much later. */
  delayMs: number;
  /** Cuts the connection when a packet to the server contains this, after it was handed on and before it is answered. */
  cutAfter: string | null;
  /** Cuts the connection in the middle of the next answer that is at least so long. */
  cutAnswerBytes: number | null;
  /** Probability that a new connection is closed at once. */
  refuse: number;
}

const CALM: Weather = { delayMs: 0, cutAfter: null, cutAnswerBytes: null, refuse: 0 };

/** Stands between the product and its database, and can be told to misbehave. */
export class StormyProxy {
  readonly weather: Weather = { ...CALM };
  /** How often it has cut a connection. */
  cuts = 0;
  readonly #pairs = new Set<[Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (client) => this.#connect(client));
  }

  static async before(target: { host: string; port: number }): Promise<StormyProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StormyProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  calm(): void {
    Object.assign(this.weather, CALM);
  }

  /** Cuts every connection that there is. */
  cutAll(): void {
    for (const pair of this.#pairs) this.#cut(pair);
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #connect(client: Socket): void {
    if (Math.random() < this.weather.refuse) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.target);
    const pair: [Socket, Socket] = [client, upstream];
    this.#pairs.add(pair);
    let isLost = false;
    for (const socket of pair) {
      socket.setNoDelay(true);
      // Whatever ends one side ends the other; that it ended is all there is to know.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    client.on('data', (packet) => {
      upstream.write(packet);
      const { cutAfter } = this.weather;
      if (cutAfter === null || !packet.includes(cutAfter)) return;
      this.weather.cutAfter = null;
      // The server has it and carries it out; its answer is read and thrown away.
      isLost = true;
      upstream.once('data', () => this.#cut(pair));
    });
    upstream.on('data', (answer) => {
      if (isLost) return;
      const { delayMs, cutAnswerBytes } = this.weather;
      if (cutAnswerBytes !== null && answer.length >= cutAnswerBytes) {
        this.weather.cutAnswerBytes = null;
        isLost = true;
        client.write(answer.subarray(0, answer.length / 2), () => this.#cut(pair));
      } else if (delayMs > 0) setTimeout(() => client.writable && client.write(answer), delayMs);
      else client.write(answer);
    });
  }

  #cut(pair: [Socket, Socket]): void {
    this.cuts += 1;
    for (const socket of pair) socket.resetAndDestroy();
  }
}
