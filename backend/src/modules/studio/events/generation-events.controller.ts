import { Controller, Get, Headers, HttpStatus, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { EventStreamQuery, StreamTicket, Uuid } from '@atelier/contracts';
import type { Request, Response } from 'express';
import { Answers, Refuses } from '../../../platform/http/index.js';
import {
  AcceptsStreamTicket,
  type Credential,
  CurrentCredential,
  CurrentSession,
  RequireScope,
  type SessionClaims,
  StreamTickets,
} from '../../auth/index.js';
import { GenerationStreams } from './generation-streams.js';

const RESUMING = {
  name: 'Last-Event-ID',
  required: false,
  schema: { type: 'string' },
  description:
    'Id of the last message that was received. The stream goes on after it, on whichever process and after restarts. ' +
    'An id that is older than a week, or of another installation, begins anew.',
} as const;

@ApiTags('Studio')
@Controller('api/v1/studio')
export class GenerationEventsController {
  constructor(
    @Inject(GenerationStreams) private readonly streams: GenerationStreams,
    @Inject(StreamTickets) private readonly tickets: StreamTickets,
  ) {}

  @Post('events/tickets')
  @ApiOperation({
    operationId: 'createStreamTicket',
    summary: 'Get a ticket that opens an event stream where no Authorization header can be sent',
  })
  @Answers(201, StreamTicket, 'For `?ticket=` of the two event streams, and for nothing else.')
  createTicket(@CurrentSession() session: SessionClaims): Promise<StreamTicket> {
    return this.tickets.issue(session);
  }

  @Get('events')
  @RequireScope('generate')
  @AcceptsStreamTicket()
  @ApiOperation({
    operationId: 'followGenerations',
    summary: 'Follow all your generations as they happen (server-sent events)',
    description:
      'Begins with `ready` and a `generation.snapshot` of each that is not finished. Then every message is an event: its ' +
      'type, and as data the generation as it is at that moment. Several events of one generation may come as one message. ' +
      'A `generation.snapshot` later on tells where a waiting generation has moved to.',
  })
  @Refuses('auth.ticket_invalid', 'studio.event_id_invalid', 'studio.too_many_streams')
  @ApiHeader(RESUMING)
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: HttpStatus.OK, description: 'Messages without end.', schema: { type: 'string' } })
  followAll(
    @CurrentCredential() credential: Credential,
    @Query({ schema: EventStreamQuery }) query: EventStreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.streams.followAll({ credential, lastEventId: lastEventId ?? query.last_event_id, request, response });
  }

  @Get('generations/:id/events')
  @RequireScope('generate')
  @AcceptsStreamTicket()
  @ApiOperation({
    operationId: 'followGeneration',
    summary: 'Follow one of your generations to its end (server-sent events)',
    description:
      'Begins with a `generation.snapshot` and ends after the event that finishes the generation. Whoever comes back with ' +
      'the id of that event is answered 204, which keeps an EventSource from coming back again.',
  })
  @Refuses('auth.ticket_invalid', 'studio.event_id_invalid', 'studio.too_many_streams', 'studio.generation_not_found')
  @ApiHeader(RESUMING)
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: HttpStatus.OK, description: 'Messages until the end.', schema: { type: 'string' } })
  @ApiResponse({ status: HttpStatus.NO_CONTENT, description: 'The end had been told already.' })
  follow(
    @CurrentCredential() credential: Credential,
    @Param('id', { schema: Uuid }) id: string,
    @Query({ schema: EventStreamQuery }) query: EventStreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.streams.follow(id, { credential, lastEventId: lastEventId ?? query.last_event_id, request, response });
  }
}
