import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { OpenAIImageRequest, OpenAIImages, OpenAIModel, OpenAIModelList } from '@atelier/contracts';
import type { Response } from 'express';
import { Answers, IdempotencyKey } from '../../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../../auth/index.js';
import { COST_HEADERS } from '../cost-headers.js';
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
  @ApiOperation({
    operationId: 'createOpenAIImages',
    summary: 'Make images as OpenAI’s clients ask for them',
    description:
      'The official clients work with nothing but another base URL and key. Everything that holds for `generate` holds ' +
      'here: credits are only taken for images that were made and stored. What would be ignored is refused by name.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Carries a repeated request out once, so that it can be sent again without paying twice.',
  })
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
  @Answers(200, OpenAIModel, 'The model.')
  get(@Param('id') id: string | string[]): Promise<OpenAIModel> {
    return this.models.get(typeof id === 'string' ? id : id.join('/'));
  }
}
