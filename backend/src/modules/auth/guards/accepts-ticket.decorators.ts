import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';

/** Names the strategy that knows the tickets which a route takes. */
export const TICKET_ROUTE = 'ticket-route';

export type TicketStrategyName = 'stream-ticket' | 'download-ticket';

const AcceptsTicket = (strategy: TicketStrategyName): MethodDecorator =>
  applyDecorators(SetMetadata(TICKET_ROUTE, strategy), ApiBearerAuth('session'), ApiSecurity(strategy));

/** Lets a stream ticket in the address stand in for the access token on this route. */
export const AcceptsStreamTicket = (): MethodDecorator => AcceptsTicket('stream-ticket');

/** The same for a download ticket, which is good once. */
export const AcceptsDownloadTicket = (): MethodDecorator => AcceptsTicket('download-ticket');
