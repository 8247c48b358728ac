import { Body, Controller, Get, Headers, HttpStatus, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  EnhancePromptRequest,
  EnhancedPrompt,
  GenerateRequest,
  Generation,
  StudioOptions,
  Uuid,
} from '@atelier/contracts';
import type { Response } from 'express';
import {
  AcceptsIdempotencyKey,
  Answers,
  IdempotencyKey,
  Refuses,
  RefusesWithHeaders,
  callerLeaves,
} from '../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../auth/index.js';
import { COST_HEADERS, FAILURE_HEADERS, PREFERENCE_HEADER } from './cost-headers.js';
import { GENERATE_REFUSALS } from './generate-refusals.js';
import { PromptSuggestions } from './enhancement/prompt-suggestions.js';
import { GenerationResponder } from './generation-responder.js';
import { StudioOptionsService } from './studio-options.service.js';
import { StudioService } from './studio.service.js';

@ApiTags('Studio')
@RequireScope('generate')
@Controller('api/v1/studio')
export class StudioController {
  constructor(
    @Inject(StudioService) private readonly studio: StudioService,
    @Inject(PromptSuggestions) private readonly suggestions: PromptSuggestions,
    @Inject(StudioOptionsService) private readonly studioOptions: StudioOptionsService,
    @Inject(GenerationResponder) private readonly responder: GenerationResponder,
  ) {}

  @Get('options')
  @ApiOperation({ operationId: 'getStudioOptions', summary: 'What can be chosen right now, and what it costs' })
  @Answers(200, StudioOptions, 'Tiers with prices, providers with what they can do, and the enhancer.')
  options(@CurrentUser() user: Actor): Promise<StudioOptions> {
    return this.studioOptions.options(user);
  }

  @Post('enhance-prompt')
  @ApiOperation({ operationId: 'enhancePrompt', summary: 'Suggest a richer prompt; costs nothing and changes nothing' })
  @Refuses('enhancer.unavailable', 'enhancer.throttled', 'provider.content_rejected')
  @Answers(200, EnhancedPrompt, 'The prompt as given and as suggested.')
  enhance(
    @CurrentUser() user: Actor,
    @Body({ schema: EnhancePromptRequest }) request: EnhancePromptRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EnhancedPrompt> {
    return this.suggestions.suggest(user, request, callerLeaves(response));
  }

  @Post('generate')
  @Refuses(...GENERATE_REFUSALS)
  @RefusesWithHeaders({ ...FAILURE_HEADERS, ...PREFERENCE_HEADER })
  @ApiOperation({
    operationId: 'generate',
    summary: 'Make images; credits are only taken for those that are made and stored',
  })
  @AcceptsIdempotencyKey()
  @ApiHeader({
    name: 'Prefer',
    required: false,
    schema: { type: 'string' },
  })
  @ApiResponse({
    status: HttpStatus.ACCEPTED,
    standardSchema: Generation,
    description: 'Accepted and not finished yet; `Location` says where to look.',
    headers: {
      ...COST_HEADERS,
      ...PREFERENCE_HEADER,
      Location: { description: 'Path of the generation.', required: true, schema: { type: 'string' } },
    },
  })
  @Answers(201, Generation, 'Finished, wholly or in part.', { ...COST_HEADERS, ...PREFERENCE_HEADER })
  generate(
    @CurrentUser() user: Actor,
    @Body({ schema: GenerateRequest }) request: GenerateRequest,
    @Headers('prefer') prefer: string | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Generation> {
    return this.responder.generate(user, request, { prefer, idempotencyKey }, response);
  }

  @Get('generations/:id')
  @ApiOperation({ operationId: 'getGeneration', summary: 'Read a generation of your own' })
  @Refuses('studio.generation_not_found')
  @Answers(200, Generation, 'The generation as it is now.')
  get(@CurrentUser() user: Actor, @Param('id', { schema: Uuid }) id: string): Promise<Generation> {
    return this.studio.get(user, id);
  }

  @Post('generations/:id/cancel')
  @ApiOperation({
    operationId: 'cancelGeneration',
    summary: 'Cancel what is not finished of a generation; its credits come back',
  })
  @Refuses('studio.generation_not_found')
  @Answers(200, Generation, 'The generation after the cancel. Images that had been delivered stay.')
  cancel(@CurrentUser() user: Actor, @Param('id', { schema: Uuid }) id: string): Promise<Generation> {
    return this.studio.cancel(user, id);
  }
}
