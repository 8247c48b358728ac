import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { StudioCosts, StudioCostsQuery } from '@atelier/contracts';
import { Answers } from '../../../platform/http/index.js';
import { RequireRole, RequireScope } from '../../auth/index.js';
import { StudioCostsService } from './studio-costs.service.js';

@ApiTags('Studio')
@RequireRole('admin')
@Controller('api/v1/admin/studio/costs')
export class StudioCostsController {
  constructor(@Inject(StudioCostsService) private readonly costs: StudioCostsService) {}

  @Get()
  @RequireScope('admin:settings')
  @ApiOperation({
    operationId: 'getStudioCosts',
    summary: 'Compare what vendors ask with the credits that were charged',
  })
  @Answers(200, StudioCosts, 'Calls, images, credits and costs by provider and tier.')
  get(@Query({ schema: StudioCostsQuery }) { days }: StudioCostsQuery): Promise<StudioCosts> {
    return this.costs.ofLastDays(days);
  }
}
