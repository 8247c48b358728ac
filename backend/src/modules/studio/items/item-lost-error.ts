/** The item belongs to somebody else by now: whoever finds out stops, and changes nothing. */
export class ItemLostError extends Error {
  override readonly name = 'ItemLostError';

  constructor() {
    super('The item was taken over, canceled or given up');
  }
}
