import type { Request } from 'express';
import { ticketInvalid } from '../auth.errors.js';

/** As long as a ticket may be; what is longer is not one of ours and is not looked at. */
const MAX_TICKET_LENGTH = 1_024;

/** `?ticket=` in the address. @throws DomainError `auth.ticket_invalid` */
export function ticketOf({ query: { ticket } }: Request): string {
  if (typeof ticket !== 'string' || ticket.length > MAX_TICKET_LENGTH) throw ticketInvalid();
  return ticket;
}
