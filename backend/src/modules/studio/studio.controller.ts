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
import { Answers, IdempotencyKey, callerLeaves } from '../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../auth/index.js';
import { COST_HEADERS } from './cost-headers.js';
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
  @Answers(200, EnhancedPrompt, 'The prompt as given and as suggested.')
  enhance(
    @CurrentUser() user: Actor,
    @Body({ schema: EnhancePromptRequest }) request: EnhancePromptRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EnhancedPrompt> {
    return this.suggestions.suggest(user, request, callerLeaves(response));
  }

  @Post('generate')
  @ApiOperation({
    operationId: 'generate',
    summary: 'Make images; credits are only taken for those that are made and stored',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Carries a repeated request out once, so that it can be sent again without paying twice.',
  })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`respond-async` answers at once; `wait=N` waits at most N seconds (default 60).',
  })
  @ApiResponse({
    status: HttpStatus.ACCEPTED,
    standardSchema: Generation,
    description: 'Accepted and not finished yet; `Location` says where to look.',
    headers: COST_HEADERS,
  })
  @Answers(201, Generation, 'Finished, wholly or in part.', COST_HEADERS)
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
  @Answers(200, Generation, 'The generation as it is now.')
  get(@CurrentUser() user: Actor, @Param('id', { schema: Uuid }) id: string): Promise<Generation> {
    return this.studio.get(user, id);
  }

  @Post('generations/:id/cancel')
  @ApiOperation({
    operationId: 'cancelGeneration',
    summary: 'Cancel what is not finished of a generation; its credits come back',
  })
  @Answers(200, Generation, 'The generation after the cancel. Images that had been delivered stay.')
  cancel(@CurrentUser() user: Actor, @Param('id', { schema: Uuid }) id: string): Promise<Generation> {
    return this.studio.cancel(user, id);
  }
}
