import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { OpenAIImageRequest, OpenAIImages, OpenAIModel, OpenAIModelList } from '@atelier/contracts';
import type { Response } from 'express';
import {
  AcceptsIdempotencyKey,
  Answers,
  IdempotencyKey,
  Refuses,
  RefusesWithHeaders,
} from '../../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../../auth/index.js';
import { COST_HEADERS, FAILURE_HEADERS } from '../cost-headers.js';
import { GENERATE_REFUSALS } from '../generate-refusals.js';
import { OfferedModels } from './offered-models.js';
import { OpenAIImagesService } from './openai-images.js';

@ApiTags('OpenAI-compatible')
@RequireScope('generate')
@Controller('v1')
export class OpenAIController {
  constructor(
    @Inject(OpenAIImagesService) private readonly images: OpenAIImagesService,
    @Inject(OfferedModels) private readonly models: OfferedModels,
  ) {}

  @Post('images/generations')
  @Refuses(...GENERATE_REFUSALS, 'studio.model_unknown')
  @RefusesWithHeaders(FAILURE_HEADERS)
  @ApiOperation({
    operationId: 'createOpenAIImages',
    summary: 'Make images as OpenAI’s clients ask for them',
    description:
      'The official clients work with nothing but another base URL and key. Everything that holds for `generate` holds ' +
      'here: credits are only taken for images that were made and stored. What would be ignored is refused by name.',
  })
  @AcceptsIdempotencyKey()
  @ApiResponse({ status: 200, standardSchema: OpenAIImages, description: 'The images.', headers: COST_HEADERS })
  generate(
    @CurrentUser() user: Actor,
    @Body({ schema: OpenAIImageRequest }) request: OpenAIImageRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.images.generate(user, request, idempotencyKey, response);
  }

  @Get('models')
  @ApiOperation({ operationId: 'listOpenAIModels', summary: 'List what may be named as `model`' })
  @Answers(200, OpenAIModelList, 'The tiers, and the models of the providers that are set up.')
  list(): Promise<OpenAIModelList> {
    return this.models.list();
  }

  @Get('models/*id')
  @ApiOperation({ operationId: 'getOpenAIModel', summary: 'Look at one model' })
  @ApiParam({ name: 'id', description: 'As the list has it, slash and all.', schema: { type: 'string' } })
  @Refuses('studio.model_unknown')
  @Answers(200, OpenAIModel, 'The model.')
  get(@Param('id') id: string | string[]): Promise<OpenAIModel> {
    return this.models.get(typeof id === 'string' ? id : id.join('/'));
  }
}
