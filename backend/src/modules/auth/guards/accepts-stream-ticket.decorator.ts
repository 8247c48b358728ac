import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';

export const STREAM_TICKET_ROUTE = 'stream-ticket-route';

/** Lets a stream ticket in the address stand in for the access token on this route. */
export const AcceptsStreamTicket = (): MethodDecorator =>
  applyDecorators(SetMetadata(STREAM_TICKET_ROUTE, true), ApiBearerAuth('session'), ApiSecurity('stream-ticket'));
